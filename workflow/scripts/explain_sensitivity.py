"""Maps of one model and method -> how much they move when the image is changed a little."""

from nascent.explain.reading.inspection import open_inspection
from nascent.explain.sensitivity.table import write_sensitivity
from nascent.explain.statistics.sample import Sample
from nascent.network_jobs import network_job

with network_job(snakemake) as work:
    params, given = snakemake.params, snakemake.input
    inspection = open_inspection(snakemake)
    write_sensitivity(
        inspection,
        given.cells,
        snakemake.output[0],
        radius=params.sensitivity["radius"],
        noises=params.sensitivity["draws"],
        sample=Sample(params.cells, params.confidence, params.draws, params.seed),
    )
