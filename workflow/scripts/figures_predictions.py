"""Predictions of a model -> figure of predicted against measured."""

import pandas as pd

from nascent import provenance
from nascent.figures import predictions, save
from nascent.files import read_table
from nascent.logs import job_log

with job_log(snakemake.log[0]):
    params, given = snakemake.params, snakemake.input
    config = {"model": snakemake.wildcards.model, "target": params.target}
    figure = predictions.draw(
        pd.concat(map(read_table, given.predictions)),
        read_table(given.cells),
        read_table(given.metrics),
        intervals=read_table(given.intervals),
        label=params.label,
        **config,
    )
    save(figure, snakemake.output.png, provenance.record("figures", config))
