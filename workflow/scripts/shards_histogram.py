"""Count the pixel values of the training examples of one part."""

from nascent.files import read_table
from nascent.jobs import job
from nascent.shards.statistics import count_part

with job(snakemake) as work:
    splits = read_table(snakemake.input.splits, required=["id", "part", "split"])
    count_part(snakemake.input.store, splits, snakemake.output[0], record=work.record)
