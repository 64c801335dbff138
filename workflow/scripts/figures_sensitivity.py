"""Table of sensitivity -> figure of how much maps move."""

from nascent.figures import sensitivity
from nascent.figures.save import save
from nascent.files import read_table
from nascent.jobs import job

with job(snakemake) as work:
    params = snakemake.params
    table = read_table(snakemake.input[0])
    figure = sensitivity.draw(table, label=params.label, confidence=params.confidence)
    save(figure, snakemake.output.png, work.record)
