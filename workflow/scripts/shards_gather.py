"""List the shards of a study with the digests of their content."""

from nascent import provenance
from nascent.files import write_table
from nascent.logs import job_log
from nascent.shards.write import list_shards

with job_log(snakemake.log[0]):
    write_table(list_shards(snakemake.input.shards), snakemake.output[0])
    provenance.write(snakemake.output[0], provenance.record("shards", {}))
