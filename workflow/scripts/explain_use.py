"""A trained model and test cells -> what each cell says of the use of each channel."""

from nascent.explain.duplicates.pairs import channel_groups_of
from nascent.explain.use.predictions import predictions_of
from nascent.explain.use.stage import chosen_cells, write_use_cells
from nascent.files import read_table
from nascent.network_jobs import network_job
from nascent.reader import read_reader
from nascent.train.models import load_model

with network_job(snakemake) as work:
    params, given = snakemake.params, snakemake.input
    reader = read_reader(given.reader)
    write_use_cells(
        predictions_of(
            load_model(given.model), reader.specs, task=params.task, output=params.output
        ),
        chosen_cells(
            given.shards,
            reader,
            target=params.target,
            level=params.level,
            cells=params.cells,
            seed=params.seed,
        ),
        channel_groups_of(read_table(given.groups), reader.specs[0].features),
        snakemake.output[0],
        repeats=params.repeats,
        seed=params.seed,
    )
