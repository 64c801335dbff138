"""Use of each channel -> the page of it."""

from nascent.files import read_table, written
from nascent.jobs import job
from nascent.report.use import use_page

with job(snakemake):
    table = read_table(snakemake.input[0])
    text = use_page(table, confidence=snakemake.params.confidence, task=snakemake.params.task)
    with written(snakemake.output[0]) as beside:
        beside.write_text(text, encoding="utf-8")
