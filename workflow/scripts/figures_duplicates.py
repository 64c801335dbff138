"""Correlations and groups of the input channels -> heat map in the order of their likeness."""

from nascent.figures import duplicates
from nascent.figures.save import save
from nascent.files import read_table
from nascent.jobs import job

with job(snakemake) as work:
    params, given = snakemake.params, snakemake.input
    figure = duplicates.draw(
        read_table(given.correlations),
        read_table(given.groups),
        channels=params.inputs,
        bound=params.bound,
    )
    save(figure, snakemake.output.png, work.record)
