"""A trained model and test cells -> what each cell says of the use of each channel."""

from nascent.explain.duplicates.pairs import groups_of_inputs
from nascent.explain.use.chosen import chosen_cells
from nascent.explain.use.predictions import predictions_of
from nascent.explain.use.stage import write_use_cells
from nascent.files import read_table
from nascent.input_names import features_of
from nascent.network_jobs import network_job
from nascent.reader import read_reader
from nascent.train.models import load_model

with network_job(snakemake) as work:
    params, given = snakemake.params, snakemake.input
    reader = read_reader(given.reader)
    write_use_cells(
        predictions_of(
            load_model(given.model),
            reader.specs,
            task=params.task,
            output=params.output,
            loss=reader.loss,
        ),
        chosen_cells(
            given.shards,
            reader,
            target=params.target,
            level=params.level,
            cells=params.cells,
            seed=params.seed,
        ),
        groups_of_inputs(read_table(given.groups), features_of(reader.specs)),
        snakemake.output[0],
        repeats=params.repeats,
        seed=params.seed,
    )
