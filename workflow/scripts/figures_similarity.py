"""Similarity of maps and images -> heat maps of the best matches by group."""

from nascent.explain.standing import read_standing
from nascent.figures import similarity
from nascent.figures.banner import headed
from nascent.figures.save import save
from nascent.files import read_table
from nascent.jobs import job

with job(snakemake) as work:
    figure = similarity.draw(read_table(snakemake.input.similarity), shown=snakemake.params.shown)
    standing = read_standing(
        snakemake.input.verdict, snakemake.input.randomisation, **snakemake.params.explained
    )
    save(headed(figure, standing), snakemake.output.png, work.record)
