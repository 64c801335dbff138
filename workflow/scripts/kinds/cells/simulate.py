"""Simulate one raw well, its truth and its piece of the cell-cycle table."""

from pathlib import Path

from nascent.jobs import job
from nascent.kinds.cells.simulate.options import Simulation, WellPlace
from nascent.kinds.cells.simulate.plate import simulate_well

with job(snakemake) as work:
    params = snakemake.params
    simulate_well(
        Path(snakemake.output.raw[0]).parent,
        WellPlace(params.plate, params.well, params.index, params.perturbation),
        Simulation(seed=params.seed, **params.simulate),
        truth_path=snakemake.output.truth,
        cycle_path=snakemake.output.cycle,
        record=work.record,
    )
