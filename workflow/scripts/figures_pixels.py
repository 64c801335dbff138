"""Histograms of all wells -> figure of the pixel distributions before and after normalisation."""

from nascent import provenance
from nascent.figures import pixels, save
from nascent.files import read_table
from nascent.logs import job_log
from nascent.shards.normalise import Normaliser
from nascent.shards.statistics import load, merge

with job_log(snakemake.log[0]):
    params, given = snakemake.params, snakemake.input
    normaliser = Normaliser.from_table(read_table(given.channels), params.inputs, params.normalise)
    figure = pixels.draw(merge([load(path) for path in given.histograms]), normaliser)
    config = {"inputs": params.inputs, "normalise": params.normalise}
    save(figure, snakemake.output.png, provenance.record("figures", config))
