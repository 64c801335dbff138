"""Tables of attention and of features -> figure of how much lies in the nucleus."""

from nascent import provenance
from nascent.figures import attention, save
from nascent.files import read_table
from nascent.logs import job_log

with job_log(snakemake.log[0]):
    split = snakemake.params.split
    tables = [read_table(path) for path in (snakemake.input.table, snakemake.input.features)]
    # A model without features has one row, which is of no split.
    figure = attention.draw(*(table[table["split"] == split] for table in tables))
    save(figure, snakemake.output.png, provenance.record("figures", {"split": split}))
