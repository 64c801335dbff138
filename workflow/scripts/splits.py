"""Cell table of the study -> the split of every cell, and how balanced the splits are."""

from nascent import provenance
from nascent.files import read_table, write_table
from nascent.logs import job_log
from nascent.splits import split_cells

with job_log(snakemake.log[0]):
    cells = read_table(snakemake.input.cells, required=["cell_id", "plate", "well", "target"])
    splits = split_cells(cells, seed=snakemake.params.seed, **snakemake.params.splits)
    record = provenance.record("splits", snakemake.params.splits, seed=snakemake.params.seed)
    write_table(splits.table, snakemake.output.splits)
    write_table(splits.balance, snakemake.output.balance)
    for path in snakemake.output:
        provenance.write(path, record)
