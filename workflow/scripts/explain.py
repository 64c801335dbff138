"""Attribution maps of one model and method -> importance of its channels."""

from nascent import provenance
from nascent.explain.groups import GroupRule
from nascent.explain.stage import explain_maps
from nascent.logs import job_log

with job_log(snakemake.log[0]):
    params, wildcards = snakemake.params, snakemake.wildcards
    config = {
        "groups": params.groups,
        "confidence": params.confidence,
        "bootstrap": params.bootstrap,
    }
    explain_maps(
        snakemake.input.maps,
        snakemake.input.cells,
        snakemake.input.splits,
        snakemake.input.null,
        out=snakemake.output.importance,
        cells_out=snakemake.output.cells,
        model=wildcards.model,
        model_seed=int(wildcards.seed),
        method=wildcards.method,
        rule=GroupRule(**params.groups),
        confidence=params.confidence,
        draws=params.bootstrap,
        seed=params.seed,
    )
    record = provenance.record("explain", config, seed=params.seed)
    for path in snakemake.output:
        provenance.write(path, record)
