"""Enrichment of nuclear regions in the maps of a model -> figure of it by channel."""

from nascent.figures import regions, save
from nascent.files import read_table
from nascent.jobs import job

with job("figures", snakemake.log[0], snakemake.input, snakemake.output, snakemake.params) as work:
    figure = regions.draw(read_table(snakemake.input.regions))
    save(figure, snakemake.output.png, work.record)
