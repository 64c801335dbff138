"""Join the cell and removal tables of all wells, and check that the wells agree."""

from nascent import provenance
from nascent.crops.gather import gather_wells
from nascent.files import write_table
from nascent.logs import job_log

with job_log(snakemake.log[0]):
    config = {"duplicates": snakemake.params.duplicates}
    gathered = gather_wells(snakemake.input.stores, snakemake.input.quality, **config)
    write_table(gathered.cells, snakemake.output.cells, index=True)
    write_table(gathered.quality, snakemake.output.quality)
    for path in snakemake.output:
        provenance.write(path, provenance.record("crops", config))
