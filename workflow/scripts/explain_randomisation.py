"""Maps of one model and method -> what is left of them when the weights are drawn anew."""

from nascent import provenance
from nascent.explain.inspection import open_inspection
from nascent.explain.randomisation import write_randomisation
from nascent.logs import job_log
from nascent.train import backend

with job_log(snakemake.log[0]):
    params, given = snakemake.params, snakemake.input
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
    write_randomisation(
        inspection,
        given.cells,
        snakemake.output[0],
        stages=params.randomisation["stages"],
        models=params.randomisation["draws"],
        cells=params.cells,
        confidence=params.confidence,
        draws=params.draws,
        seed=params.seed,
        permuted_maps=given.permuted,
    )
    out = snakemake.output[0]
    provenance.write(
        out,
        provenance.record(
            "explain",
            {"randomisation": params.randomisation, "cells": params.cells},
            seed=params.seed,
        ),
    )
