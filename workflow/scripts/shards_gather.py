"""List the shards of a study with the digests of their content; remove those of an older plan."""

from nascent.files import write_table
from nascent.jobs import job
from nascent.shards.plan import remove_unplanned
from nascent.shards.write import list_shards

with job(snakemake):
    write_table(list_shards(snakemake.input.shards), snakemake.output[0])
    remove_unplanned(snakemake.input.shards)
