"""Attribution maps of one model and method -> channel scores of its cells, as AnnData."""

from nascent import provenance
from nascent.explain.h5ad import write_h5ad
from nascent.explain.scores import channel_scores
from nascent.logs import job_log

with job_log(snakemake.log[0]):
    given, params, wildcards = snakemake.input, snakemake.params, snakemake.wildcards
    scores = channel_scores(
        given.maps,
        given.cells,
        given.explained,
        model=wildcards.model,
        seed=int(wildcards.seed),
        method=wildcards.method,
        target=params.target,
        checks=dict(zip(params.checks, given.checks, strict=True)),
    )
    record = provenance.record("explain", {"target": params.target})
    write_h5ad(scores, snakemake.output[0], record=record)
