"""The table of one check -> a web page."""

from nascent.files import read_table, written
from nascent.jobs import job
from nascent.report.checks import check_page

with job("report", snakemake.log[0], snakemake.input, snakemake.output, snakemake.params):
    given, out = snakemake.input[0], snakemake.output[0]
    text = check_page(snakemake.wildcards.check, read_table(given))
    with written(out) as beside:
        beside.write_text(text, encoding="utf-8")
