"""The tables that compare models -> web pages."""

from nascent.files import read_table, written
from nascent.jobs import job
from nascent.report.evaluation import evaluation_pages

with job(snakemake):
    tables = {name: read_table(path) for name, path in snakemake.input.items()}
    params = snakemake.params
    pages = evaluation_pages(
        **tables, labels=params.labels, task=params.task, references=params.references
    )
    for name, text in pages.items():
        with written(snakemake.output[name]) as beside:
            beside.write_text(text, encoding="utf-8")
