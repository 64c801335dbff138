"""Comparison and metrics -> figure of the models beside the floors."""

from nascent.figures import comparison
from nascent.figures.save import save
from nascent.files import read_table
from nascent.jobs import job

with job(snakemake) as work:
    params, given = snakemake.params, snakemake.input
    figure = comparison.draw(
        read_table(given.comparison),
        read_table(given.metrics),
        label=params.label,
        target=params.target,
    )
    save(figure, snakemake.output.png, work.record)
