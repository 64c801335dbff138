"""Histograms of all wells -> percentile, mean and SD of every channel."""

from nascent import provenance
from nascent.crops.tables import background_per_channel
from nascent.files import write_table
from nascent.logs import job_log
from nascent.shards.statistics import channel_statistics, load, merge
from nascent.shards.steps import Steps

with job_log(snakemake.log[0]):
    params, table = snakemake.params, snakemake.input.background
    histograms = merge([load(path) for path in snakemake.input.histograms])
    background = None
    if table:
        background = background_per_channel(table, list(histograms.channels), params.cell_line)
    statistics = channel_statistics(histograms, Steps.of(params.normalise), background)
    write_table(statistics, snakemake.output[0])
    config = {"normalise": params.normalise, "background_cell_line": params.cell_line}
    provenance.write(snakemake.output[0], provenance.record("shards", config))
