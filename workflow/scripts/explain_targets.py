"""Shards -> the targets of their training and validation cells, permuted within each split."""

from nascent import provenance
from nascent.explain.permuted_targets import permute_targets
from nascent.logs import job_log

with job_log(snakemake.log[0]):
    params, seed = snakemake.params, int(snakemake.wildcards.seed)
    permute_targets(
        snakemake.input[0],
        snakemake.output[0],
        columns=params.targets,
        seed=[params.seed, seed],
    )
    record = provenance.record("explain", {"targets": params.targets}, seed=params.seed)
    provenance.write(snakemake.output[0], record)
