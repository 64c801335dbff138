"""Simulate one raw well, its truth and its piece of the cell-cycle table."""

from pathlib import Path

from nascent.jobs import job
from nascent.kinds.cells.simulate.plate import simulate_well

with job(snakemake) as work:
    params = snakemake.params
    simulate_well(
        Path(snakemake.output.raw[0]).parent,
        plate=params.plate,
        well=params.well,
        position=params.index,
        truth_path=snakemake.output.truth,
        cycle_path=snakemake.output.cycle,
        perturbation_name=params.perturbation,
        seed=params.seed,
        record=work.record,
        **params.simulate,
    )
