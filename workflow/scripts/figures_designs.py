"""Comparison and confounders -> figure of the models under each design of the splits."""

from nascent.figures import designs
from nascent.figures.save import save
from nascent.files import read_table
from nascent.jobs import job

with job(snakemake) as work:
    params, given = snakemake.params, snakemake.input
    figure = designs.draw(
        read_table(given.comparison),
        read_table(given.confounders),
        label=params.label,
        target=params.target,
    )
    save(figure, snakemake.output.png, work.record)
