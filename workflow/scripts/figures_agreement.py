"""Table of agreement -> figure of how far every two explanations agree."""

from nascent.figures import agreement
from nascent.figures.save import save
from nascent.files import read_table
from nascent.jobs import job

with job(snakemake) as work:
    table = read_table(snakemake.input[0])
    figure = agreement.draw(table, confidence=snakemake.params.confidence)
    save(figure, snakemake.output.png, work.record)
