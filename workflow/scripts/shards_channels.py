"""Histograms of all parts -> percentile, mean and SD of every channel."""

from nascent.files import write_table
from nascent.jobs import job
from nascent.shards.background import read_background
from nascent.shards.histograms import load, merge
from nascent.shards.statistics import channel_statistics
from nascent.shards.steps import Steps

with job(snakemake):
    params, table = snakemake.params, snakemake.input.background
    histograms = merge(map(load, snakemake.input.histograms))
    background = None
    if table:
        channels = list(histograms.channels)
        background = read_background(params.kind, table, channels, **params.background)
    statistics = channel_statistics(histograms, Steps.of(params.normalise), background)
    write_table(statistics, snakemake.output[0])
