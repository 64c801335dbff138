"""Trends of the channels of a model, all seeds -> figure of them."""

import pandas as pd

from nascent.explain.standing import read_standing
from nascent.figures import trend
from nascent.figures.banner import headed
from nascent.figures.save import save
from nascent.files import read_table
from nascent.jobs import job

with job(snakemake) as work:
    label = snakemake.params.label
    table = pd.concat(map(read_table, snakemake.input.trend))
    figure = trend.draw(table, target=label)
    standing = read_standing(
        snakemake.input.verdict, snakemake.input.randomisation, **snakemake.params.explained
    )
    save(headed(figure, standing), snakemake.output.png, work.record)
