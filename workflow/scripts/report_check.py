"""The table of one check -> a web page."""

from nascent import provenance
from nascent.files import read_table, written
from nascent.logs import job_log
from nascent.report.checks import check_page

with job_log(snakemake.log[0]):
    given, out = snakemake.input[0], snakemake.output[0]
    text = check_page(snakemake.wildcards.check, read_table(given))
    with written(out) as beside:
        beside.write_text(text, encoding="utf-8")
    provenance.write(out, provenance.record("report", {}, inputs={given: given}))
