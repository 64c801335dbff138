"""Candidates of a search -> figure of them."""

from nascent import provenance
from nascent.figures import save, tuning
from nascent.files import read_table
from nascent.logs import job_log

with job_log(snakemake.log[0]):
    table = read_table(snakemake.input.candidates).rename(columns={"val_mae": "monitor"})
    figure = tuning.draw(
        table.drop(columns=["epochs", "collapsed"]),
        monitor=f"validation MAE, {snakemake.params.label}",
    )
    config = {"model": snakemake.wildcards.model}
    save(figure, snakemake.output.png, provenance.record("figures", config))
