"""Simulate the genes of one file."""

from nascent.kinds.toy.genes import simulated_genes

from nascent.files import write_table
from nascent.jobs import job

with job(snakemake):
    params, options = snakemake.params, dict(snakemake.params.simulate)
    genes = simulated_genes(
        options["genes"],
        params.number,
        chromosomes=options["chromosomes"],
        noise=options["noise"],
        seed=params.seed,
    )
    write_table(genes, snakemake.output[0])
