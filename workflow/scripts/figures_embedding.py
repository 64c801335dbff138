"""Places of examples and what neighbours share -> figure of how a network sees the examples."""

from nascent.figures import embedding
from nascent.figures.save import save
from nascent.files import read_table
from nascent.jobs import job

with job(snakemake) as work:
    params, given = snakemake.params, snakemake.input
    figure = embedding.draw(
        read_table(given.layout),
        read_table(given.scores),
        embedding.Run(snakemake.wildcards.model, params.trained, params.design),
        label=params.label,
        confidence=params.confidence,
    )
    save(figure, snakemake.output.png, work.record)
