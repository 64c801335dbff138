"""A trained model and test cells -> what each cell says of the use of each channel."""

from nascent.attribute.explained import ExplainedModel
from nascent.explain.duplicates import groups_of
from nascent.explain.use_stage import chosen_cells, write_use_cells
from nascent.files import read_table
from nascent.network_jobs import network_job
from nascent.shards.normalise import Normaliser
from nascent.train.models import load_model

with network_job(snakemake) as work:
    params, given = snakemake.params, snakemake.input
    normaliser = Normaliser.from_table(read_table(given.channels), params.inputs, params.normalise)
    write_use_cells(
        ExplainedModel(load_model(given.model)).outputs,
        chosen_cells(
            given.shards, normaliser, target=params.target, cells=params.cells, seed=params.seed
        ),
        groups_of(read_table(given.groups), params.inputs),
        snakemake.output[0],
        repeats=params.repeats,
        seed=params.seed,
    )
