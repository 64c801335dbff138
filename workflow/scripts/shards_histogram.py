"""Count the pixel values of the training cells of one well."""

from nascent.files import read_table
from nascent.jobs import job
from nascent.shards.statistics import count_well

with job(snakemake) as work:
    splits = read_table(snakemake.input.splits, required=["id", "plate", "well", "split"])
    count_well(snakemake.input.store, splits, snakemake.output[0], record=work.record)
