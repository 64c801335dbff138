"""Clusters of the channels of a model -> tree, distances and stability."""

from nascent.explain.standing import read_standing
from nascent.figures import clusters
from nascent.figures.banner import headed
from nascent.figures.save import save
from nascent.files import read_table
from nascent.jobs import job

with job(snakemake) as work:
    figure = clusters.draw(
        read_table(snakemake.input.clusters), read_table(snakemake.input.distances)
    )
    standing = read_standing(
        snakemake.input.verdict, snakemake.input.randomisation, **snakemake.params.explained
    )
    save(headed(figure, standing), snakemake.output.png, work.record)
