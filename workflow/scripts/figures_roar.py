"""Metrics of retrained models -> figure of what each order of removal cost."""

from nascent.figures import roar
from nascent.figures.save import save
from nascent.files import read_table
from nascent.jobs import job

with job(snakemake) as work:
    given, params = snakemake.input, snakemake.params
    comparison = read_table(given.comparison)
    figure = roar.draw(
        read_table(given.roar),
        floor=roar.best_floor(comparison, target=params.target, design=params.design),
        confidence=params.confidence,
    )
    save(figure, snakemake.output.png, work.record)
