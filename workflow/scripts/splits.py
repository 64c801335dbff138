"""Cell table of the study -> the split of every cell in one fold, and how balanced it is."""

from nascent.files import read_table, write_table
from nascent.jobs import job
from nascent.levels import check_classes
from nascent.splits.assignment import Design, split_cells

with job(snakemake):
    params = snakemake.params
    cells = read_table(snakemake.input.cells, required=["id", "group", "part"])
    given = dict(params.splits)
    select = given.pop("select")
    design = Design(params.seed, params.design, fold=params.group, **given)
    splits = split_cells(cells, design, select=select, factors=params.factors)
    if params.levels:
        split = splits.table.set_index("id")["split"]
        check_classes(cells.set_index("id"), split, params.target, params.levels, most=params.most)
    write_table(splits.table, snakemake.output.splits)
    write_table(splits.balance, snakemake.output.balance)
