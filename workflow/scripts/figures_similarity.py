"""Similarity of maps and images -> heat maps of the best matches by group."""

from nascent.figures import save, similarity
from nascent.files import read_table
from nascent.jobs import job

with job("figures", snakemake.log[0], snakemake.input, snakemake.output, snakemake.params) as work:
    figure = similarity.draw(read_table(snakemake.input.similarity), shown=snakemake.params.shown)
    save(
        figure,
        snakemake.output.png,
        work.record,
    )
