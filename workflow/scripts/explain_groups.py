"""Cell table and splits -> limits and sizes of the groups of cells."""

from nascent.explain.importance.stage import write_groups
from nascent.explain.reading.groups import GroupRule
from nascent.jobs import job

with job(snakemake):
    groups = snakemake.params.groups
    out = snakemake.output[0]
    write_groups(snakemake.input.cells, snakemake.input.splits, out, rule=GroupRule(**groups))
