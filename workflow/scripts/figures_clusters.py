"""Clusters of the channels of a model -> tree, distances and stability."""

from nascent import provenance
from nascent.figures import clusters, save
from nascent.files import read_table
from nascent.logs import job_log

with job_log(snakemake.log[0]):
    figure = clusters.draw(
        read_table(snakemake.input.clusters), read_table(snakemake.input.distances)
    )
    save(figure, snakemake.output.png, provenance.record("figures", {}))
