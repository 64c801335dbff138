"""Vectors of examples -> where each lies in a plane, and what its neighbours share with it."""

from nascent.embed.stage import LayoutOptions, write_layout
from nascent.jobs import job

with job(snakemake) as work:
    params, given, made = snakemake.params, snakemake.input, snakemake.output
    write_layout(
        given.embeddings,
        given.predictions,
        target=params.target,
        task=params.task,
        options=LayoutOptions(
            neighbours=params.neighbours,
            min_dist=params.min_dist,
            draws=params.draws,
            confidence=params.confidence,
            seed=work.seed,
        ),
        layout_path=made.layout,
        scores_path=made.scores,
    )
