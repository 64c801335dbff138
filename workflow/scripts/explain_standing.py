"""Verdicts on models, randomised weights -> how far each explanation can be relied on."""

import pandas as pd

from nascent.explain.standing import standing, standing_table
from nascent.files import read_table, write_table
from nascent.jobs import job

with job(snakemake):
    given = snakemake.input
    comparison = pd.concat(map(read_table, given.verdicts), ignore_index=True)
    randomisation = read_table(given.randomisation)
    table = standing_table(
        standing(comparison, randomisation, **each) for each in snakemake.params.explained
    )
    write_table(table, snakemake.output[0])
