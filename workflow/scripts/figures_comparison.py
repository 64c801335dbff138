"""Comparison and metrics -> figure of the models beside the floors."""

from nascent import provenance
from nascent.figures import comparison, save
from nascent.files import read_table
from nascent.logs import job_log

with job_log(snakemake.log[0]):
    params, given = snakemake.params, snakemake.input
    figure = comparison.draw(
        read_table(given.comparison),
        read_table(given.metrics),
        label=params.label,
        target=params.target,
    )
    save(figure, snakemake.output.png, provenance.record("figures", {"target": params.target}))
