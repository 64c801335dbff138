"""Table of randomisation -> figure of what is left of the maps."""

from nascent.figures import randomisation
from nascent.figures.save import save
from nascent.files import read_table
from nascent.jobs import job

with job(snakemake) as work:
    table = read_table(snakemake.input[0])
    figure = randomisation.draw(table, confidence=snakemake.params.confidence)
    save(figure, snakemake.output.png, work.record)
