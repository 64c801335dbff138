"""Enrichment of nuclear regions in the maps of a model -> figure of it by channel."""

from nascent.explain.standing import read_standing
from nascent.figures import regions
from nascent.figures.banner import headed
from nascent.figures.save import save
from nascent.files import read_table
from nascent.jobs import job

with job(snakemake) as work:
    figure = regions.draw(read_table(snakemake.input.regions))
    standing = read_standing(
        snakemake.input.verdict, snakemake.input.randomisation, **snakemake.params.explained
    )
    save(headed(figure, standing), snakemake.output.png, work.record)
