"""The table of one check -> a web page."""

from nascent.files import read_table, written
from nascent.jobs import job
from nascent.report.checks import check_page

with job(snakemake):
    given, out = snakemake.input, snakemake.output[0]
    standing = read_table(given.standing[0]) if given.standing else None
    text = check_page(
        snakemake.wildcards.check,
        read_table(given.table),
        standing,
        title=snakemake.params.title,
        note=snakemake.params.note,
    )
    with written(out) as beside:
        beside.write_text(text, encoding="utf-8")
