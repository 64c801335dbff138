"""Comparison, metrics and calibration -> figure of seeds and ensembles."""

from nascent import provenance
from nascent.figures import save, seeds
from nascent.files import read_table
from nascent.logs import job_log

with job_log(snakemake.log[0]):
    params, given = snakemake.params, snakemake.input
    figure = seeds.draw(
        read_table(given.comparison),
        read_table(given.metrics),
        read_table(given.calibration),
        label=params.label,
        target=params.target,
    )
    save(figure, snakemake.output.png, provenance.record("figures", {"target": params.target}))
