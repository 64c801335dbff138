"""Clusters of the channels of a model -> tree, distances and stability."""

from nascent.figures import clusters, save
from nascent.files import read_table
from nascent.jobs import job

with job("figures", snakemake.log[0], snakemake.input, snakemake.output, snakemake.params) as work:
    figure = clusters.draw(
        read_table(snakemake.input.clusters), read_table(snakemake.input.distances)
    )
    save(figure, snakemake.output.png, work.record)
