"""Predictions of a model -> figure of predicted against measured."""

import pandas as pd

from nascent import provenance
from nascent.evaluate.metrics import metrics_table
from nascent.evaluate.stage import comparison_tables
from nascent.figures import predictions, save
from nascent.files import read_table
from nascent.logs import job_log

with job_log(snakemake.log[0]):
    params, given = snakemake.params, snakemake.input
    config = {"model": snakemake.wildcards.model, "target": params.target}
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
        **config,
    )
    save(figure, snakemake.output.png, provenance.record("figures", config))
