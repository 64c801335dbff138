"""Trends of the channels of a model, all seeds -> figure of them."""

import pandas as pd

from nascent import provenance
from nascent.figures import save, trend
from nascent.files import read_table
from nascent.logs import job_log

with job_log(snakemake.log[0]):
    label = snakemake.params.label
    table = pd.concat(map(read_table, snakemake.input.trend))
    figure = trend.draw(table, target=label)
    save(figure, snakemake.output.png, provenance.record("figures", {"label": label}))
