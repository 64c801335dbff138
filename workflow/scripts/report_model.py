"""Cards and metrics of one model -> its card, as a web page."""

from nascent.files import read_json, read_table, written
from nascent.jobs import job
from nascent.plain_words import renamed
from nascent.report.model_card import model_card

TABLES = ("comparison", "intervals", "levels")

with job(snakemake):
    params, given = snakemake.params, snakemake.input
    runs = [tuple(run) for run in params.runs]
    text = model_card(
        snakemake.wildcards.model,
        dict(zip(runs, map(read_json, given.cards), strict=True)),
        label=params.label,
        defaults=params.defaults,
        designs=params.designs,
        tables={name: renamed(read_table(given[name]), params.references) for name in TABLES},
        target=params.target,
        task=params.task,
    )
    with written(snakemake.output[0]) as beside:
        beside.write_text(text, encoding="utf-8")
