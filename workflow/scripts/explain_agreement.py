"""Maps of every model, seed and method -> how far each two of them agree."""

from nascent.explain.agreement.table import Explanation, write_agreement
from nascent.explain.statistics.sample import Sample
from nascent.jobs import job

with job(snakemake):
    params, given, out = snakemake.params, snakemake.input, snakemake.output[0]
    # Every explanation has as many files: one a shard.
    files = len(given.maps) // max(1, len(params.explained))
    explanations = [
        Explanation(*labels, given.maps[number * files : (number + 1) * files])
        for number, labels in enumerate(params.explained)
    ]
    write_agreement(
        explanations,
        given.cells,
        out,
        sample=Sample(params.cells, params.confidence, params.draws, params.seed),
    )
