"""Shards, maps and shares of one model -> figure of the maps of a typical cell of each group."""

from contextlib import ExitStack
from dataclasses import replace

from nascent import provenance
from nascent.attribute.maps import open_maps
from nascent.figures import save, score_maps
from nascent.figures.gather import read_examples, read_maps, top_channels, typical_cells
from nascent.files import read_table
from nascent.logs import job_log
from nascent.store import open_store

with job_log(snakemake.log[0]), ExitStack() as stack:
    params, given = snakemake.params, snakemake.input
    cells = read_table(given.cells, required=["cell_id", "group"]).set_index("cell_id")
    chosen = typical_cells(cells, cells["group"], params.figures["cells_per_group"])
    channels = top_channels(cells[params.inputs], params.figures["top_channels"])
    shards = [stack.enter_context(open_store(path)) for path in given.shards]
    maps = [stack.enter_context(open_maps(path)) for path in given.maps]
    told = cells[["group", "prediction"]].rename(columns={"prediction": "y_hat"})
    examples = read_examples(shards, chosen, channels)
    figure = score_maps.draw(
        replace(examples, cells=examples.cells.join(told)),
        read_maps(maps, chosen, channels),
        totals=cells.loc[chosen, "total"].tolist(),
    )
    record = provenance.record("figures", {"cells": chosen, "channels": channels})
    save(figure, snakemake.output.png, record)
