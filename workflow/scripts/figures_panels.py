"""Shards, maps and shares of one model -> typical cells of each stratum, their target and maps."""

from contextlib import ExitStack

from nascent.attribute.maps import open_maps
from nascent.explain.duplicates.pairs import channel_groups_of
from nascent.explain.standing import read_standing
from nascent.figures import panels
from nascent.figures.banner import headed
from nascent.figures.explained import explained, with_facts
from nascent.figures.overlays import key_in_words
from nascent.figures.save import save
from nascent.figures.single_cells import typical_of, whole
from nascent.files import read_table
from nascent.jobs import job
from nascent.store import open_store

with job(snakemake) as work, ExitStack() as stack:
    params, given = snakemake.params, snakemake.input
    cells = read_table(given.cells, required=["id", "stratum"]).set_index("id")
    found = whole(
        [stack.enter_context(open_store(path)) for path in given.shards],
        [stack.enter_context(open_maps(path)) for path in given.maps],
        cells,
        params.inputs,
        groups=channel_groups_of(read_table(given.groups), params.inputs),
        target=params.target,
        explained=params.explained["target"],
    )
    target = None if found.target is None else panels.Target(params.target, found.target)
    figure = panels.draw(
        found.examples,
        found.maps,
        target=target,
        factor=params.factor,
        pixel_size=params.pixel_size,
    )
    shown = explained(snakemake.wildcards.model, snakemake.wildcards.method, **params.told)
    with_facts(figure, shown, typical_of(cells), more=key_in_words())
    examples = found.examples
    work.note(shown={"cells": examples.cells.index.tolist(), "channels": examples.channels})
    standing = read_standing(given.verdict, given.randomisation, **params.explained)
    save(headed(figure, standing), snakemake.output.png, work.record)
