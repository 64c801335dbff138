"""Channel importance of a model -> figure of it by transcription group."""

import pandas as pd

from nascent.explain.duplicates import groups_of
from nascent.figures import importance, save
from nascent.files import read_table
from nascent.jobs import job

with job("figures", snakemake.log[0], snakemake.input, snakemake.output, snakemake.params) as work:
    split, aggregate = snakemake.params.split, snakemake.params.aggregate
    given = snakemake.input
    table, joint = (pd.concat(map(read_table, each)) for each in (given.importance, given.joint))
    figure = importance.draw(
        table[table["split"] == split],
        aggregate=aggregate,
        joint=joint[joint["split"] == split],
        groups=groups_of(read_table(given.groups), snakemake.params.inputs),
    )
    save(figure, snakemake.output.png, work.record)
