"""Cell table -> figure of areas and size ratios."""

from nascent.figures import sizes
from nascent.figures.save import save
from nascent.files import read_table
from nascent.jobs import job

with job(snakemake) as work:
    figure = sizes.draw(read_table(snakemake.input.cells), size=snakemake.params.size)
    save(figure, snakemake.output.png, work.record)
