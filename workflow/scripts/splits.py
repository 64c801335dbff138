"""Cell table of the study -> the split of every cell in one fold, and how balanced it is."""

from nascent.files import read_table, write_table
from nascent.jobs import job
from nascent.levels import check_classes
from nascent.splits.assignment import split_cells

with job(snakemake):
    params = snakemake.params
    cells = read_table(snakemake.input.cells, required=["id", "group", "part"])
    given = dict(params.splits) | {"by": params.design, "fold": params.group}
    splits = split_cells(cells, seed=params.seed, factors=params.factors, **given)
    if params.levels:
        split = splits.table.set_index("id")["split"]
        check_classes(cells.set_index("id"), split, params.target, params.levels, most=params.most)
    write_table(splits.table, snakemake.output.splits)
    write_table(splits.balance, snakemake.output.balance)
