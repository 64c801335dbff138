"""Maps of one model and method -> how much of them lies in the cell."""

from nascent.explain.attention.stage import check_attention
from nascent.jobs import job

with job(snakemake):
    params, given, made = snakemake.params, snakemake.input, snakemake.output
    check_attention(
        given.maps,
        given.splits,
        out=made.table,
        cells_out=made.cells,
        **params.attention,
        confidence=params.confidence,
        seed=params.seed,
    )
