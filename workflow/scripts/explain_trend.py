"""Shares of the channels in each cell -> how they change with the target."""

from nascent.explain.trend.stage import write_trend
from nascent.jobs import job

with job(snakemake):
    params, out = snakemake.params, snakemake.output[0]
    write_trend(
        snakemake.input.cells,
        params.inputs,
        out,
        split=params.split,
        confidence=params.confidence,
        draws=params.bootstrap,
        seed=params.seed,
    )
