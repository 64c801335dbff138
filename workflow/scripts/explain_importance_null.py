"""Copies of a model with random weights -> the channel shares of some cells by their maps."""

from nascent import provenance
from nascent.explain.groups import GroupRule
from nascent.explain.inspection import open_inspection
from nascent.explain.untrained import write_untrained
from nascent.logs import job_log
from nascent.train import backend

with job_log(snakemake.log[0]):
    params, given, out = snakemake.params, snakemake.input, snakemake.output[0]
    backend.use_threads(snakemake.threads)
    inspection = open_inspection(
        given.model,
        given.maps,
        given.shards,
        given.channels,
        inputs=params.inputs,
        normalise=params.normalise,
        training_paths=given.training,
    )
    write_untrained(
        inspection,
        given.cells,
        given.splits,
        out,
        rule=GroupRule(**params.groups),
        **params.untrained,
        seed=params.seed,
    )
    config = {"groups": params.groups, "untrained": params.untrained}
    provenance.write(out, provenance.record("explain", config, seed=params.seed))
