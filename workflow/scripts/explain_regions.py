"""Maps and crops -> how much of the maps falls on regions of the cell."""

from nascent.explain.reading.readouts import Sources
from nascent.explain.regions.shares import RegionRule
from nascent.explain.regions.stage import write_regions
from nascent.jobs import job
from nascent.reader import read_reader

with job(snakemake):
    params, given = snakemake.params, snakemake.input
    write_regions(
        Sources(given.maps, given.shards, given.cells, read_reader(given.reader)),
        snakemake.output[0],
        split=params.split,
        rules={name: RegionRule(**rule) for name, rule in params.options.items()},
        confidence=params.confidence,
        seed=params.seed,
    )
