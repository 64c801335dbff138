"""Shards, maps and shares of one model -> maps of single channels of typical cells."""

from contextlib import ExitStack

from nascent.attribute.maps import open_maps
from nascent.explain.standing import read_standing
from nascent.figures import score_maps
from nascent.figures.banner import headed
from nascent.figures.explained import explained, with_facts
from nascent.figures.overlays import key_in_words
from nascent.figures.save import save
from nascent.figures.single_cells import shown, typical_of
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
        per_stratum=params.figures["cells_per_stratum"],
        channels=params.figures["top_channels"],
        explained=params.explained["target"],
    )
    figure = score_maps.draw(
        found.examples,
        found.maps,
        shares=found.shares,
        left_out=found.left_out,
        factor=params.factor,
        pixel_size=params.pixel_size,
    )
    told = explained(snakemake.wildcards.model, snakemake.wildcards.method, **params.told)
    with_facts(figure, told, typical_of(cells), more=key_in_words())
    examples = found.examples
    work.note(shown={"cells": examples.cells.index.tolist(), "channels": examples.channels})
    standing = read_standing(given.verdict, given.randomisation, **params.explained)
    save(headed(figure, standing), snakemake.output.png, work.record)
