"""Predictions of retrained models -> what each order of removal cost, against the random one."""

from nascent.explain.roar.curves import write_roar
from nascent.jobs import job

with job(snakemake):
    params, given = snakemake.params, snakemake.input
    how = {key: params[key] for key in ("rank", "confidence", "draws", "seed", "task")}
    write_roar(given.predictions, given.whole, given.cells, snakemake.output[0], **how)
