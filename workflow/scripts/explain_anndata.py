"""Attribution maps of one model and method -> channel scores of its cells, as AnnData."""

from nascent.explain.exports.h5ad import write_h5ad
from nascent.explain.exports.scores import channel_scores
from nascent.jobs import job

with job(snakemake) as work:
    given, params, wildcards = snakemake.input, snakemake.params, snakemake.wildcards
    scores = channel_scores(
        given.maps,
        given.cells,
        given.explained,
        model=wildcards.model,
        seed=int(wildcards.seed),
        method=wildcards.method,
        target=params.target,
        aggregate=params.aggregate,
        checks={check: given[check] for check in params.checks},
    )
    write_h5ad(scores, snakemake.output[0], record=work.record)
