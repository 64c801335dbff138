"""Maps and crops -> how much of the maps falls on nuclear regions."""

from nascent.explain.readouts import Sources
from nascent.explain.regions import RegionRule
from nascent.explain.regions_stage import write_regions
from nascent.files import read_table
from nascent.jobs import job
from nascent.shards.normalise import Normaliser

with job(snakemake):
    params, given = snakemake.params, snakemake.input
    normaliser = Normaliser.from_table(read_table(given.channels), params.inputs, params.normalise)
    write_regions(
        Sources(given.maps, given.shards, given.cells, normaliser),
        snakemake.output[0],
        split=params.split,
        rules={name: RegionRule(**rule) for name, rule in params.options.items()},
        confidence=params.confidence,
        seed=params.seed,
    )
