"""Features of every explained model -> one table of them."""

from nascent import provenance
from nascent.explain.feature_attention import gather_features
from nascent.logs import job_log

with job_log(snakemake.log[0]):
    given, out = snakemake.input, snakemake.output[0]
    gather_features(given, snakemake.params.runs, out)
    provenance.write(out, provenance.record("explain", {}, inputs={path: path for path in given}))
