"""The tables that compare models -> web pages."""

from nascent.files import read_table, written
from nascent.jobs import job
from nascent.report.evaluation import evaluation_pages

with job(snakemake):
    tables = {name: read_table(path) for name, path in snakemake.input.items()}
    for name, text in evaluation_pages(**tables, labels=snakemake.params.labels).items():
        with written(snakemake.output[name]) as beside:
            beside.write_text(text, encoding="utf-8")
