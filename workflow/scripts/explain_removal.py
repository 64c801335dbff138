"""Maps of one model and method -> what deletion and insertion of their first pixels do."""

from nascent.explain.deletion import Removal
from nascent.explain.inspection import open_inspection
from nascent.explain.removal import write_removal
from nascent.jobs import job
from nascent.train import backend

with job(
    "explain",
    snakemake.log[0],
    snakemake.input,
    snakemake.output,
    snakemake.params,
    resources=snakemake.resources,
) as work:
    params, given = snakemake.params, snakemake.input
    work.computed = backend.prepare(
        work.devices,
        threads=snakemake.threads,
        seed=params.seed,
        deterministic=params.deterministic,
    )
    inspection = open_inspection(
        given.model,
        given.maps,
        given.shards,
        given.channels,
        inputs=params.inputs,
        normalise=params.normalise,
        training_paths=given.training,
    )
    write_removal(
        inspection,
        given.cells,
        snakemake.output[0],
        removal=Removal(
            tuple(params.removal["fractions"]), params.removal["random"], params.batch_size
        ),
        cells=params.cells,
        confidence=params.confidence,
        draws=params.draws,
        seed=params.seed,
    )
