"""Simulate one raw well, its truth and its piece of the cell-cycle table."""

from pathlib import Path

from nascent import provenance
from nascent.logs import job_log
from nascent.simulate.plate import simulate_well

with job_log(snakemake.log[0]):
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
        record=provenance.record("simulate", params.simulate, seed=params.seed),
        **params.simulate,
    )
