"""Join the tables of the genes of all files, and count them."""

import pandas as pd
from nascent.kinds.toy.genes import counts_of

from nascent.files import write_table
from nascent.jobs import job
from nascent.splits.groups import with_groups
from nascent.store import open_store

with job(snakemake):
    tables = []
    for path in snakemake.input:
        with open_store(path) as store:
            tables.append(store.examples)
    genes = with_groups(pd.concat(tables), snakemake.params.group)
    write_table(genes, snakemake.output.examples, index=True)
    write_table(counts_of(genes), snakemake.output.quality)
