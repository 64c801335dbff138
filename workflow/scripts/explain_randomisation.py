"""Maps of one model and method -> what is left of them when the weights are drawn anew."""

from nascent.explain.randomisation.table import write_randomisation
from nascent.explain.reading.inspection import open_inspection
from nascent.explain.statistics.sample import Sample
from nascent.network_jobs import network_job

with network_job(snakemake) as work:
    params, given = snakemake.params, snakemake.input
    inspection = open_inspection(snakemake)
    write_randomisation(
        inspection,
        given.cells,
        snakemake.output[0],
        stages=params.randomisation["stages"],
        sample=Sample(params.cells, params.confidence, params.draws, params.seed),
        permuted_maps=given.permuted,
    )
