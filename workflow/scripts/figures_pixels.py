"""Histograms of all wells -> figure of the pixel distributions before and after normalisation."""

from nascent.figures import pixels
from nascent.figures.save import save
from nascent.files import read_table
from nascent.jobs import job
from nascent.shards.histograms import load, merge
from nascent.shards.normalise import Normaliser

with job(snakemake) as work:
    params, given = snakemake.params, snakemake.input
    normaliser = Normaliser.from_table(read_table(given.channels), params.inputs, params.normalise)
    figure = pixels.draw(merge(map(load, given.histograms)), normaliser)
    save(figure, snakemake.output.png, work.record)
