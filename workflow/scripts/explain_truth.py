"""Maps of one model and method, and the truth of the simulated wells -> what was found of it."""

from nascent import provenance
from nascent.explain.inspection import open_inspection
from nascent.explain.truth_stage import check_truth
from nascent.logs import job_log
from nascent.train import backend

with job_log(snakemake.log[0]):
    params, given, made = snakemake.params, snakemake.input, snakemake.output
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
    check_truth(
        inspection,
        given.shards,
        given.truth,
        wells=params.wells,
        out=made.table,
        cells_out=made.cells,
        cells=params.cells,
        confidence=params.confidence,
        draws=params.draws,
        seed=params.seed,
    )
    config = {"cells": params.cells, "confidence": params.confidence, "bootstrap": params.draws}
    record = provenance.record("explain", config, seed=params.seed)
    for path in made:
        provenance.write(path, record)
