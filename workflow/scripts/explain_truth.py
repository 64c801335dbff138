"""Maps of one model and method, and the truth of the simulated examples -> what was found of it."""

from nascent.explain.reading.inspection import open_inspection
from nascent.explain.statistics.sample import Sample
from nascent.explain.truth.planted import read_planted
from nascent.explain.truth.stage import channels_used, check_truth
from nascent.network_jobs import network_job

with network_job(snakemake) as work:
    params, given, made = snakemake.params, snakemake.input, snakemake.output
    inspection = open_inspection(snakemake)
    used = None
    if given.use:
        used = channels_used(
            given.use[0],
            given.groups,
            confidence=params.confidence,
            draws=params.draws,
            seed=params.seed,
        )
    check_truth(
        inspection,
        lambda: read_planted(params.kind, given.truth, params.parts, given.shards),
        out=made.table,
        cells_out=made.cells,
        sample=Sample(params.cells, params.confidence, params.draws, params.seed),
        used=used,
        aggregate=params.aggregate,
    )
