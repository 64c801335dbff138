"""Cell table and splits -> limits and sizes of the low, medium and high transcription groups."""

from nascent import provenance
from nascent.explain.stage import write_groups
from nascent.logs import job_log

with job_log(snakemake.log[0]):
    width = snakemake.params.group_width
    out = snakemake.output[0]
    write_groups(snakemake.input.cells, snakemake.input.splits, out, width=width)
    provenance.write(out, provenance.record("explain", {"group_width": width}))
