"""Candidates of a search -> figure of them."""

from nascent import provenance
from nascent.figures import save, tuning
from nascent.files import read_table
from nascent.logs import job_log

with job_log(snakemake.log[0]):
    figure = tuning.draw(
        read_table(snakemake.input.candidates),
        error=f"validation MAE, {snakemake.params.label}",
    )
    config = {"model": snakemake.wildcards.model}
    save(figure, snakemake.output.png, provenance.record("figures", config))
