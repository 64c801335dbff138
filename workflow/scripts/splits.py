"""Cell table of the study -> the split of every cell in one fold, and how balanced it is."""

from nascent import provenance
from nascent.files import read_table, write_table
from nascent.logs import job_log
from nascent.splits import split_cells

with job_log(snakemake.log[0]):
    params = snakemake.params
    cells = read_table(snakemake.input.cells, required=["cell_id", "plate", "well", "target"])
    given = dict(params.splits) | {"by": params.design, "fold": params.well}
    splits = split_cells(cells, seed=params.seed, **given)
    record = provenance.record("splits", given, seed=params.seed)
    write_table(splits.table, snakemake.output.splits)
    write_table(splits.balance, snakemake.output.balance)
    for path in snakemake.output:
        provenance.write(path, record)
