"""Shards -> the targets of their training and validation cells, permuted within each split."""

from nascent.explain.randomisation.permuted_targets import permute_targets
from nascent.jobs import check, job
from nascent.shards.plan import all_shards

with job(snakemake):
    params, seed = snakemake.params, int(snakemake.wildcards.seed)
    check(all_shards(snakemake.input.shards))
    permute_targets(
        snakemake.input.shards,
        snakemake.output[0],
        columns=params.targets,
        seed=[params.seed, seed],
    )
