"""Attribution maps of one model and method -> importance of its channels."""

from nascent.explain.importance.stage import explain_maps
from nascent.explain.reading.strata import StratumRule
from nascent.jobs import job

with job(snakemake):
    params, wildcards = snakemake.params, snakemake.wildcards
    explain_maps(
        snakemake.input.maps,
        snakemake.input.cells,
        snakemake.input.splits,
        snakemake.input.null,
        snakemake.input.groups,
        out=snakemake.output.importance,
        cells_out=snakemake.output.cells,
        joint_out=snakemake.output.joint,
        model=wildcards.model,
        model_seed=int(wildcards.seed),
        method=wildcards.method,
        aggregate=params.aggregate,
        rule=StratumRule(**params.strata),
        confidence=params.confidence,
        draws=params.bootstrap,
        seed=params.seed,
    )
