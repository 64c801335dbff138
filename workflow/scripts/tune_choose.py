"""Cards of the candidates of a search -> one table of them, with the chosen one."""

from nascent import provenance
from nascent.files import read_json, write_table
from nascent.logs import job_log
from nascent.tune.choice import choose

with job_log(snakemake.log[0]):
    params = snakemake.params
    table = choose(params.candidates, [read_json(path) for path in snakemake.input.cards])
    write_table(table, snakemake.output[0])
    config = {"candidates": params.candidates}
    record = provenance.record(
        "tune", config, seed=params.seed, inputs=dict(snakemake.input.items())
    )
    provenance.write(snakemake.output[0], record)
