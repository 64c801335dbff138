"""Table of removal -> figure of what every explanation gains over a random order."""

from nascent.figures import removal
from nascent.figures.save import save
from nascent.files import read_table
from nascent.jobs import job

with job(snakemake) as work:
    params = snakemake.params
    table = read_table(snakemake.input[0])
    figure = removal.draw(table, label=params.label, confidence=params.confidence)
    save(figure, snakemake.output.png, work.record)
