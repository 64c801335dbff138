"""Controls -> figure of the models on cells without intensity."""

from nascent.figures import controls
from nascent.figures.save import save
from nascent.files import read_table
from nascent.jobs import job

with job(snakemake) as work:
    params, given = snakemake.params, snakemake.input
    figure = controls.draw(
        read_table(given.controls),
        label=params.label,
        target=params.target,
    )
    save(figure, snakemake.output.png, work.record)
