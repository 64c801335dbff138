"""Channel importance and completeness of every model and method -> one table of each."""

from nascent.explain.completeness.table import gather_completeness
from nascent.explain.importance.stage import gather
from nascent.jobs import job

with job(snakemake):
    given, made = snakemake.input, snakemake.output
    gather(given.importance, made.importance)
    gather_completeness(given.cells, snakemake.params.explained, made.completeness)
