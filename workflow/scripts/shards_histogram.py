"""Count the pixel values of the training cells of one well."""

from nascent import provenance
from nascent.files import read_table
from nascent.logs import job_log
from nascent.shards.statistics import count_well

with job_log(snakemake.log[0]):
    splits = read_table(snakemake.input.splits, required=["cell_id", "plate", "well", "split"])
    record = provenance.record("shards", {}, inputs={"splits": snakemake.input.splits})
    count_well(snakemake.input.store, splits, snakemake.output[0], record=record)
