"""Cell table and splits -> figure of the splits' make-up."""

from nascent.figures import balance
from nascent.figures.save import save
from nascent.files import read_table
from nascent.jobs import job

with job(snakemake) as work:
    cells, splits = (read_table(snakemake.input[name]) for name in ("cells", "splits"))
    params = snakemake.params
    figure = balance.draw(cells, splits, label=params.label, factors=params.factors)
    save(figure, snakemake.output.png, work.record)
