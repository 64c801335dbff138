"""Maps of one model and method -> what deletion and insertion of their first pixels do."""

from nascent.explain.reading.inspection import open_inspection
from nascent.explain.removal.deletion import Removal
from nascent.explain.removal.table import write_removal
from nascent.explain.statistics.sample import Sample
from nascent.network_jobs import network_job

with network_job(snakemake) as work:
    params, given = snakemake.params, snakemake.input
    inspection = open_inspection(snakemake)
    write_removal(
        inspection,
        given.cells,
        snakemake.output[0],
        removal=Removal(
            tuple(params.removal["fractions"]), params.removal["random"], params.batch_size
        ),
        sample=Sample(params.cells, params.confidence, params.draws, params.seed),
    )
