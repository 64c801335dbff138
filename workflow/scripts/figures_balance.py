"""Cell table and splits -> figure of the splits' make-up."""

from nascent.figures import balance
from nascent.figures.save import save
from nascent.files import read_table
from nascent.jobs import job

with job(snakemake) as work:
    cells, splits = (read_table(snakemake.input[name]) for name in ("cells", "splits"))
    figure = balance.draw(cells, splits, label=snakemake.params.label)
    save(figure, snakemake.output.png, work.record)
