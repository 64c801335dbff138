"""Removal by the maps of one model and method -> figure of its curves."""

from nascent.figures import removal, save
from nascent.files import read_table
from nascent.jobs import job

with job("figures", snakemake.log[0], snakemake.input, snakemake.output, snakemake.params) as work:
    params = snakemake.params
    table = read_table(snakemake.input[0])
    figure = removal.draw_curves(table, label=params.label, confidence=params.confidence)
    save(figure, snakemake.output.png, work.record)
