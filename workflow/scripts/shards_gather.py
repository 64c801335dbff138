"""List the shards of a study with the digests of their content."""

from nascent.files import write_table
from nascent.jobs import job
from nascent.shards.write import list_shards

with job("shards", snakemake.log[0], snakemake.input, snakemake.output, snakemake.params):
    write_table(list_shards(snakemake.input.shards), snakemake.output[0])
