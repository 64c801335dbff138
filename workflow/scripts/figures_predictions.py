"""Predictions of a model -> figure of predicted against measured."""

import pandas as pd

from nascent import provenance
from nascent.figures import predictions, save
from nascent.files import read_table
from nascent.logs import job_log

with job_log(snakemake.log[0]):
    config = {"model": snakemake.wildcards.model, "target": snakemake.params.target}
    table = pd.concat(map(read_table, snakemake.input.predictions))
    figure = predictions.draw(table, read_table(snakemake.input.cells), **config)
    save(figure, snakemake.output.png, provenance.record("figures", config))
