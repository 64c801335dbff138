"""Attribution maps of one model and method -> importance of its channels."""

from nascent import provenance
from nascent.explain.stage import explain_maps
from nascent.logs import job_log

with job_log(snakemake.log[0]):
    params, wildcards = snakemake.params, snakemake.wildcards
    explain_maps(
        snakemake.input.maps,
        snakemake.input.cells,
        snakemake.input.splits,
        out=snakemake.output.importance,
        cells_out=snakemake.output.cells,
        model=wildcards.model,
        model_seed=int(wildcards.seed),
        method=wildcards.method,
        width=params.explain["group_width"],
        confidence=params.explain["confidence"],
        draws=params.explain["bootstrap"],
        seed=params.seed,
    )
    record = provenance.record("explain", params.explain, seed=params.seed)
    for path in snakemake.output:
        provenance.write(path, record)
