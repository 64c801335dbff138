"""Maps of a model, or nothing -> which entries of every cell a retraining shall do without."""

from nascent.explain.roar.orders import Degradation, remove_at_random, remove_by_maps
from nascent.jobs import check, job
from nascent.shards.plan import all_shards

with job(snakemake) as work:
    params, given, wildcards = snakemake.params, snakemake.input, snakemake.wildcards
    check(all_shards(given.shards))
    seed = [params.seed, int(wildcards.seed)]
    degradation = Degradation(params.rank, float(wildcards.fraction), seed)
    how = {"degradation": degradation, "record": work.record}
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
