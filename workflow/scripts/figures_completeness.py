"""Cells of every model and method -> figure of how far their maps add up."""

from nascent.figures import completeness
from nascent.figures.save import save
from nascent.files import read_table
from nascent.jobs import job

with job(snakemake) as work:
    split = snakemake.params.split
    tables = [read_table(path) for path in snakemake.input.cells]
    figure = completeness.draw(
        [cells[cells["split"] == split] for cells in tables],
        snakemake.params.explained,
        methods=snakemake.params.methods,
    )
    save(figure, snakemake.output.png, work.record)
