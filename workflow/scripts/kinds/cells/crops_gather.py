"""Join the cell and removal tables of all wells, and check that the wells agree."""

from nascent.files import write_table
from nascent.jobs import job
from nascent.kinds.cells.crops.gather import gather_wells
from nascent.splits.groups import with_groups

with job(snakemake, stage="crops"):
    given = snakemake.input
    gathered = gather_wells(given.stores, given.quality, duplicates=snakemake.params.duplicates)
    cells = with_groups(gathered.cells, snakemake.params.group)
    write_table(cells, snakemake.output.cells, index=True)
    write_table(gathered.quality, snakemake.output.quality)
