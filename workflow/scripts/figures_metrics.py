"""Metrics of models and floors -> figure that compares them."""

from nascent import provenance
from nascent.figures import metrics, save
from nascent.files import read_table
from nascent.logs import job_log

with job_log(snakemake.log[0]):
    figure = metrics.draw(read_table(snakemake.input.metrics))
    save(figure, snakemake.output.png, provenance.record("figures", {}))
