"""Maps and crops -> profiles of maps from centre to edge, and mean maps."""

from nascent.explain.radial.stage import write_radial
from nascent.explain.reading.readouts import Sources
from nascent.jobs import job
from nascent.reader import read_reader

with job(snakemake) as work:
    params, given, made = snakemake.params, snakemake.input, snakemake.output
    write_radial(
        Sources(given.maps, given.shards, given.cells, read_reader(given.reader)),
        made.table,
        made.maps,
        split=params.split,
        confidence=params.confidence,
        record=work.record,
    )
