"""Tables of attention and of features -> figure of how much lies in the nucleus."""

from nascent.figures import attention
from nascent.figures.save import save
from nascent.files import read_table
from nascent.jobs import job

with job(snakemake) as work:
    split = snakemake.params.split
    tables = [read_table(path) for path in (snakemake.input.table, snakemake.input.features)]
    # A model without features has one row, which is of no split.
    figure = attention.draw(*(table[table["split"] == split] for table in tables))
    save(figure, snakemake.output.png, work.record)
