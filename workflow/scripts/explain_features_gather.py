"""Features of every explained model -> one table of them."""

from nascent.explain.attention.feature_table import gather_features
from nascent.jobs import job

with job(snakemake):
    given, out = snakemake.input, snakemake.output[0]
    gather_features(given, snakemake.params.runs, out)
