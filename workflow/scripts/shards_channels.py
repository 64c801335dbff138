"""Histograms of all wells -> percentile, mean and SD of every channel."""

from nascent.files import write_table
from nascent.jobs import job
from nascent.kinds.cells.crops.tables import background_per_channel
from nascent.shards.statistics import channel_statistics, load, merge
from nascent.shards.steps import Steps

with job(snakemake):
    params, table = snakemake.params, snakemake.input.background
    histograms = merge(map(load, snakemake.input.histograms))
    background = None
    if table:
        background = background_per_channel(table, list(histograms.channels), params.cell_line)
    statistics = channel_statistics(histograms, Steps.of(params.normalise), background)
    write_table(statistics, snakemake.output[0])
