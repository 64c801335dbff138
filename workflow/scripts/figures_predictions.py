"""Predictions of a model -> figure of predicted against measured."""

import pandas as pd

from nascent.evaluate.metrics import metrics_table
from nascent.evaluate.stage import comparison_tables
from nascent.figures import predictions
from nascent.figures.save import save
from nascent.files import read_table
from nascent.jobs import job

with job(snakemake) as work:
    params, given = snakemake.params, snakemake.input
    predicted = pd.concat(map(read_table, given.predictions), ignore_index=True)
    cells = read_table(given.cells, required=["cell_id", "plate", "well"])
    # Made anew, equal to those of the comparison: the figure of a model waits for no other model.
    tables = comparison_tables(
        predicted,
        cells.set_index("cell_id"),
        floors=(),
        draws=params.bootstrap,
        seed=params.seed,
    )
    figure = predictions.draw(
        predicted,
        cells,
        metrics_table(predicted),
        intervals=tables["intervals"],
        label=params.label,
        model=snakemake.wildcards.model,
        target=params.target,
    )
    save(figure, snakemake.output.png, work.record)
