"""Enrichment of nuclear regions in the maps of a model -> figure of it by channel."""

from nascent import provenance
from nascent.figures import regions, save
from nascent.files import read_table
from nascent.logs import job_log

with job_log(snakemake.log[0]):
    figure = regions.draw(read_table(snakemake.input.regions))
    save(figure, snakemake.output.png, provenance.record("figures", {}))
