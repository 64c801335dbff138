"""Cell table and splits -> limits and sizes of the groups of cells."""

from nascent import provenance
from nascent.explain.groups import GroupRule
from nascent.explain.stage import write_groups
from nascent.logs import job_log

with job_log(snakemake.log[0]):
    groups = snakemake.params.groups
    out = snakemake.output[0]
    write_groups(snakemake.input.cells, snakemake.input.splits, out, rule=GroupRule(**groups))
    provenance.write(out, provenance.record("explain", {"groups": groups}))
