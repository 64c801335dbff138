"""Comparison, metrics and calibration -> figure of seeds and ensembles."""

from nascent.figures import seeds
from nascent.figures.save import save
from nascent.files import read_table
from nascent.jobs import job

with job(snakemake) as work:
    params, given = snakemake.params, snakemake.input
    figure = seeds.draw(
        read_table(given.comparison),
        read_table(given.metrics),
        read_table(given.calibration),
        label=params.label,
        target=params.target,
    )
    save(figure, snakemake.output.png, work.record)
