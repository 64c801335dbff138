"""Copies of a model with random weights -> the channel shares of some cells by their maps."""

from nascent.explain.importance.untrained import write_untrained
from nascent.explain.reading.inspection import open_inspections
from nascent.explain.reading.strata import StratumRule
from nascent.network_jobs import network_job

with network_job(snakemake) as work:
    params, given, out = snakemake.params, snakemake.input, snakemake.output[0]
    inspections = open_inspections(snakemake)
    write_untrained(
        inspections,
        given.cells,
        given.splits,
        out,
        given.groups,
        rule=StratumRule(**params.strata),
        **params.untrained,
        seed=params.seed,
    )
