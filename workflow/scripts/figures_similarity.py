"""Similarity of maps and images -> heat maps of the best matches by group."""

from nascent import provenance
from nascent.figures import save, similarity
from nascent.files import read_table
from nascent.logs import job_log

with job_log(snakemake.log[0]):
    figure = similarity.draw(read_table(snakemake.input.similarity), shown=snakemake.params.shown)
    save(
        figure,
        snakemake.output.png,
        provenance.record("figures", {"shown": snakemake.params.shown}),
    )
