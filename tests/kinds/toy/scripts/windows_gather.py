"""Join the tables of the genes of all files, and count them."""

import pandas as pd
from nascent.kinds.toy.genes import counts_of

from nascent.files import write_table
from nascent.jobs import job
from nascent.store import open_store

with job(snakemake):
    tables = []
    for path in snakemake.input:
        with open_store(path) as store:
            tables.append(store.examples)
    genes = pd.concat(tables)
    write_table(genes, snakemake.output.examples, index=True)
    write_table(counts_of(genes), snakemake.output.quality)
