"""Cell table and splits -> limits and sizes of the strata of cells."""

from nascent.explain.importance.stage import write_strata
from nascent.explain.reading.strata import StratumRule
from nascent.jobs import job

with job(snakemake):
    strata = snakemake.params.strata
    out = snakemake.output[0]
    write_strata(snakemake.input.cells, snakemake.input.splits, out, rule=StratumRule(**strata))
