"""Join the cell and removal tables of all wells, and check that the wells agree."""

from nascent.files import write_table
from nascent.jobs import job
from nascent.kinds.cells.crops.gather import gather_wells

with job(snakemake, stage="crops"):
    given = snakemake.input
    gathered = gather_wells(given.stores, given.quality, duplicates=snakemake.params.duplicates)
    write_table(gathered.cells, snakemake.output.cells, index=True)
    write_table(gathered.quality, snakemake.output.quality)
