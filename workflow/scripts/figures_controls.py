"""Controls -> figure of the models on cells without intensity."""

from nascent import provenance
from nascent.figures import controls, save
from nascent.files import read_table
from nascent.logs import job_log

with job_log(snakemake.log[0]):
    params, given = snakemake.params, snakemake.input
    figure = controls.draw(
        read_table(given.controls),
        label=params.label,
        target=params.target,
    )
    save(figure, snakemake.output.png, provenance.record("figures", {"target": params.target}))
