"""Candidates of a search -> figure of them."""

from nascent.figures import tuning
from nascent.figures.save import save
from nascent.files import read_table
from nascent.jobs import job

with job(snakemake) as work:
    figure = tuning.draw(
        read_table(snakemake.input.candidates),
        error=f"validation MAE, {snakemake.params.label}",
    )
    save(figure, snakemake.output.png, work.record)
