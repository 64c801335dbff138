"""Read the genes of one file into a store."""

from nascent.kinds.toy.genes import LAYOUT, arrays_of, examples_of, read_genes

from nascent.jobs import job
from nascent.store_writer import StoreWriter

with job(snakemake) as work:
    genes = read_genes(snakemake.input[0])
    with StoreWriter(snakemake.output[0], LAYOUT, record=work.record) as store:
        for arrays in arrays_of(genes):
            store.append(arrays)
        store.examples = examples_of(genes, snakemake.wildcards.part)
