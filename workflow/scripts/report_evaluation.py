"""The tables that compare models -> web pages."""

from nascent import provenance
from nascent.files import read_table, written
from nascent.logs import job_log
from nascent.report.evaluation import evaluation_pages

with job_log(snakemake.log[0]):
    tables = {name: read_table(path) for name, path in snakemake.input.items()}
    record = provenance.record("report", {}, inputs=dict(snakemake.input.items()))
    for name, text in evaluation_pages(**tables, labels=snakemake.params.labels).items():
        with written(snakemake.output[name]) as beside:
            beside.write_text(text, encoding="utf-8")
        provenance.write(snakemake.output[name], record)
