"""Cards of the candidates of a search -> one table of them, with the chosen one."""

from nascent.files import read_json, write_table
from nascent.jobs import job
from nascent.tune.choice import choose

with job(snakemake):
    params = snakemake.params
    cards = dict(zip(params.candidates, snakemake.input.cards, strict=True))
    table = choose(
        params.candidates, [read_json(path) for path in cards.values()], task=params.task
    )
    write_table(table, snakemake.output[0])
