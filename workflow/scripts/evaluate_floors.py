"""Cell table, splits and shards of a fold -> predictions, metrics and controls of the floors."""

import pandas as pd

from nascent.evaluate.controls import level_of_nothing, linear_per_cell
from nascent.evaluate.floor_predictions import FloorChoice, predict_floors
from nascent.evaluate.metrics import metrics_table
from nascent.files import read_table, write_table
from nascent.jobs import check, job
from nascent.shards.normalise import Normaliser
from nascent.shards.plan import all_shards, shards_of

with job(snakemake):
    params, given, fold = snakemake.params, snakemake.input, snakemake.wildcards.fold
    check(all_shards(given.shards))
    cells = read_table(given.cells, required=["id"]).set_index("id")
    splits = read_table(given.splits, required=["split"]).set_index("id")["split"]
    of_fold = {"design": params.design, "fold": fold, "task": params.task, "levels": params.levels}
    floors = FloorChoice(params.inputs, params.ridge_alphas, params.kind, params.floors)
    predictions = pd.concat(
        [
            predict_floors(
                cells,
                splits,
                floors,
                target=target,
                **of_fold,
            )
            for target in params.targets
        ]
    )
    controls = [level_of_nothing(predictions, task=params.task)]
    # Where no input is an image there is nothing to standardise by example.
    if given.channels:
        per_cell = linear_per_cell(
            {split: shards_of(given.shards, split) for split in ("train", "test")},
            Normaliser.from_table(read_table(given.channels), params.inputs, params.normalise),
            targets=params.targets,
            batch_size=64,
            **of_fold,
        )
        controls.append(per_cell)
    made = snakemake.output
    write_table(predictions, made.predictions)
    write_table(metrics_table(predictions, task=params.task), made.metrics)
    write_table(pd.concat(controls), made.controls)
