"""Predictions of a model -> figure of predicted against measured values, or of confused classes."""

import pandas as pd

from nascent.evaluate.metrics import metrics_table
from nascent.evaluate.stage import comparison_tables
from nascent.figures import class_predictions, predictions
from nascent.figures.save import save
from nascent.files import read_table
from nascent.jobs import job
from nascent.task import task_of

with job(snakemake) as work:
    params, given = snakemake.params, snakemake.input
    predicted = pd.concat(map(read_table, given.predictions), ignore_index=True)
    cells = read_table(given.cells, required=["id", "group"])
    # Made anew, equal to those of the comparison: the figure of a model waits for no other model.
    tables = comparison_tables(
        predicted,
        cells.set_index("id"),
        floors=(),
        draws=params.bootstrap,
        seed=params.seed,
        task=params.task,
        factors=params.factors,
    )
    model, target = snakemake.wildcards.model, params.target
    if task_of(params.task).has_classes:
        figure = class_predictions.draw(
            tables["confusion"],
            tables["calibration"],
            model=model,
            target=target,
            label=params.label,
        )
    else:
        figure = predictions.draw(
            predicted,
            cells,
            metrics_table(predicted),
            predictions.Run(model, target),
            label=params.label,
            intervals=tables["intervals"],
            factors=params.factors,
        )
    save(figure, snakemake.output.png, work.record)
