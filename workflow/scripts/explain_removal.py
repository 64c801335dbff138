"""Maps of one model and method -> what deletion and insertion of their first pixels do."""

from nascent.explain.reading.inspection import open_inspection
from nascent.explain.removal.deletion import Removal
from nascent.explain.removal.table import write_removal
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
        cells=params.cells,
        confidence=params.confidence,
        draws=params.draws,
        seed=params.seed,
    )
