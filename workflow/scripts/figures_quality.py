"""Quality table -> figure of what was removed, by reason and well."""

from nascent.figures import quality
from nascent.figures.save import save
from nascent.files import read_table
from nascent.jobs import job

with job(snakemake) as work:
    figure = quality.draw(read_table(snakemake.input.quality))
    save(figure, snakemake.output.png, work.record)
