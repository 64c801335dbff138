"""Table of truth, and the maps of one cell -> figure of what was found of the truth."""

from nascent.explain.truth.planted import read_planted
from nascent.figures import truth
from nascent.figures.facts import note
from nascent.figures.save import save
from nascent.figures.truth_example import read_example, typical_cell
from nascent.files import read_table
from nascent.jobs import job

with job(snakemake) as work:
    params, given = snakemake.params, snakemake.input
    table = read_table(given.table)
    files = len(given.shards)
    maps = {
        (model, method): given.maps[files * number : files * (number + 1)]
        for number, (model, _, method) in enumerate(params.explored)
    }
    cells = read_table(given.cells[0]) if given.cells else None
    cell = None if cells is None else typical_cell(cells[cells["split"] == params.split])
    example = None
    if cell is not None:
        planted = read_planted(params.kind, given.truth, params.parts, given.shards)
        example = read_example(cell, maps, given.shards, planted, params.pixel_size)
    work.note(shown={"cell": cell})
    shown = table[table["split"] == params.split]
    figure = truth.draw(shown, example, methods=params.methods)
    if not shown.empty:
        note(figure, truth.facts(shown, params.confidence))
    save(figure, snakemake.output.png, work.record)
