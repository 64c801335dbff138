"""All predictions of a study -> the tables that compare its models, with intervals and verdicts."""

from nascent import provenance
from nascent.evaluate.stage import comparison_tables
from nascent.files import read_table, write_table
from nascent.logs import job_log

with job_log(snakemake.log[0]):
    params, given = snakemake.params, snakemake.input
    tables = comparison_tables(
        read_table(given.predictions),
        read_table(given.cells, required=["cell_id", "plate", "well"]).set_index("cell_id"),
        floors=params.floors,
        draws=params.bootstrap,
        seed=params.seed,
    )
    config = {"bootstrap": params.bootstrap}
    record = provenance.record("evaluate", config, seed=params.seed, inputs=dict(given.items()))
    for name, path in snakemake.output.items():
        write_table(tables[name], path)
        provenance.write(path, record)
