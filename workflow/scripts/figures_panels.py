"""Shards, maps and shares of one model -> panels of all channels of a cell of each stratum."""

from contextlib import ExitStack

from nascent.attribute.maps import open_maps
from nascent.explain.standing import read_standing
from nascent.figures import panels
from nascent.figures.banner import headed
from nascent.figures.save import save
from nascent.figures.single_cells import shown
from nascent.files import read_table
from nascent.jobs import job
from nascent.store import open_store

with job(snakemake) as work, ExitStack() as stack:
    params, given = snakemake.params, snakemake.input
    cells = read_table(given.cells, required=["id", "stratum"]).set_index("id")
    found = shown(
        [stack.enter_context(open_store(path)) for path in given.shards],
        [stack.enter_context(open_maps(path)) for path in given.maps],
        cells,
        params.inputs,
        per_stratum=1,
        channels=len(params.inputs),
        explained=params.explained["target"],
    )
    figure = panels.draw(found.examples, found.maps, shares=found.shares, factor=params.factor)
    examples = found.examples
    work.note(shown={"cells": examples.cells.index.tolist(), "channels": examples.channels})
    standing = read_standing(given.verdict, given.randomisation, **params.explained)
    save(headed(figure, standing), snakemake.output.png, work.record)
