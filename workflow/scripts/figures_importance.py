"""Channel importance of a model -> figure of it by transcription group."""

import pandas as pd

from nascent.figures import importance, save
from nascent.files import read_table
from nascent.jobs import job

with job("figures", snakemake.log[0], snakemake.input, snakemake.output, snakemake.params) as work:
    split, aggregate = snakemake.params.split, snakemake.params.aggregate
    table = pd.concat(map(read_table, snakemake.input.importance))
    figure = importance.draw(table[table["split"] == split], aggregate=aggregate)
    save(figure, snakemake.output.png, work.record)
