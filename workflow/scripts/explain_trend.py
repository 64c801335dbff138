"""Shares of the channels in each cell -> how they change with the target."""

from nascent import provenance
from nascent.explain.trend_stage import write_trend
from nascent.logs import job_log

with job_log(snakemake.log[0]):
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
    config = {
        "split": params.split,
        "confidence": params.confidence,
        "bootstrap": params.bootstrap,
    }
    provenance.write(out, provenance.record("explain", config, seed=params.seed))
