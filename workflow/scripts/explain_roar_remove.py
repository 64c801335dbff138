"""Maps of a model, or nothing -> which entries of every cell a retraining shall do without."""

from nascent import provenance
from nascent.explain.roar_orders import remove_at_random, remove_by_maps
from nascent.logs import job_log

with job_log(snakemake.log[0]):
    params, given, wildcards = snakemake.params, snakemake.input, snakemake.wildcards
    how = {
        "rank": params.rank,
        "fraction": float(wildcards.fraction),
        "seed": [params.seed, int(wildcards.seed)],
    }
    config = {"order": wildcards.order, **how}
    how["record"] = provenance.record("explain", config, seed=params.seed)
    if given.maps:
        remove_by_maps(
            given.maps,
            snakemake.output[0],
            model_path=given.model,
            order=wildcards.order,
            **how,
        )
    else:
        remove_at_random(given.shards, snakemake.output[0], channels=params.inputs, **how)
