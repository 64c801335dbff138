"""Crops of all wells -> figure of a few cells, spread over the target, with their masks."""

from contextlib import ExitStack

from nascent.figures import crops
from nascent.figures.gather import read_examples, spread_cells, spread_channels
from nascent.figures.save import save
from nascent.files import read_table
from nascent.jobs import job
from nascent.store import open_store

CELLS = 6

with job(snakemake) as work, ExitStack() as stack:
    params = snakemake.params
    cells = read_table(snakemake.input.cells, required=["id"]).set_index("id")
    inputs = spread_channels(params.inputs, params.top_channels)
    channels = [*inputs, params.target]
    stores = (stack.enter_context(open_store(path)) for path in snakemake.input.stores)
    examples = read_examples(stores, spread_cells(cells, CELLS), channels)
    figure = crops.draw(
        examples,
        target=params.target,
        left_out=[name for name in params.inputs if name not in inputs],
        factor=params.factor,
        pixel_size=params.pixel_size,
    )
    save(figure, snakemake.output.png, work.record)
