"""Use of each channel -> figure of it, model by model."""

from nascent.figures import use
from nascent.figures.save import save
from nascent.files import read_table
from nascent.jobs import job

with job(snakemake) as work:
    table = read_table(snakemake.input[0])
    figure = use.draw(table, confidence=snakemake.params.confidence)
    save(figure, snakemake.output.png, work.record)
