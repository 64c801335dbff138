"""Cards of the candidates of a search -> one table of them, with the chosen one."""

from nascent import provenance
from nascent.files import read_json, write_table
from nascent.logs import job_log
from nascent.tune.choice import choose

with job_log(snakemake.log[0]):
    params = snakemake.params
    cards = dict(zip(params.candidates, snakemake.input.cards, strict=True))
    table = choose(params.candidates, [read_json(path) for path in cards.values()])
    write_table(table, snakemake.output[0])
    config = {"candidates": params.candidates}
    record = provenance.record("tune", config, seed=params.seed, inputs=cards)
    provenance.write(snakemake.output[0], record)
