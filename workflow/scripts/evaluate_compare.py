"""All predictions of a study -> the tables that compare its models, with intervals and verdicts."""

from nascent.evaluate.stage import comparison_tables
from nascent.files import read_table, write_table
from nascent.jobs import job

with job(snakemake):
    params, given = snakemake.params, snakemake.input
    tables = comparison_tables(
        read_table(given.predictions),
        read_table(given.cells, required=["id", "group"]).set_index("id"),
        floors=params.floors,
        draws=params.bootstrap,
        seed=params.seed,
        task=params.task,
        factors=params.factors,
        batches=params.batches,
    )
    for name, path in snakemake.output.items():
        write_table(tables[name], path)
