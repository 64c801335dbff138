"""Maps of one model and method -> how much they move when the image is changed a little."""

from nascent import provenance
from nascent.explain.inspection import open_inspection
from nascent.explain.sensitivity import write_sensitivity
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
    write_sensitivity(
        inspection,
        given.cells,
        snakemake.output[0],
        radius=params.sensitivity["radius"],
        noises=params.sensitivity["draws"],
        cells=params.cells,
        confidence=params.confidence,
        draws=params.draws,
        seed=params.seed,
    )
    out = snakemake.output[0]
    provenance.write(
        out,
        provenance.record(
            "explain", {"sensitivity": params.sensitivity, "cells": params.cells}, seed=params.seed
        ),
    )
