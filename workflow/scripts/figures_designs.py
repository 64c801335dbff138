"""Comparison and confounders -> figure of the models under each design of the splits."""

from nascent import provenance
from nascent.figures import designs, save
from nascent.files import read_table
from nascent.logs import job_log

with job_log(snakemake.log[0]):
    params, given = snakemake.params, snakemake.input
    figure = designs.draw(
        read_table(given.comparison),
        read_table(given.confounders),
        label=params.label,
        target=params.target,
    )
    save(figure, snakemake.output.png, provenance.record("figures", {"target": params.target}))
