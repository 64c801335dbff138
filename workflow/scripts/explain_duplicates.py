"""Training cells -> how the input channels correlate, and which of them repeat each other."""

from nascent.explain.duplicates.stage import CELLS, write_duplicates
from nascent.files import read_table
from nascent.jobs import job
from nascent.reader import fitted_reader
from nascent.shards.normalise import Normaliser

with job(snakemake):
    params, given, made = snakemake.params, snakemake.input, snakemake.output
    normaliser = None
    if given.channels:
        normaliser = Normaliser.from_table(
            read_table(given.channels), params.inputs, params.normalise
        )
    write_duplicates(
        given.shards,
        fitted_reader(given.shards, normaliser),
        made.correlations,
        made.groups,
        bound=params.bound,
        groups=params.groups,
        cells=CELLS,
        seed=params.seed,
    )
