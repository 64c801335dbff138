"""What cells say of the use of each channel, of all models -> one table."""

from nascent.explain.use.stage import gather_use
from nascent.jobs import job

with job(snakemake):
    params, given = snakemake.params, snakemake.input
    tables: dict[str, dict[int, str]] = {}
    for path, (model, seed) in zip(given.get("cells", []), params.runs, strict=True):
        tables.setdefault(model, {})[seed] = path
    gather_use(
        tables,
        given.groups,
        snakemake.output[0],
        confidence=params.confidence,
        draws=params.draws,
        seed=params.seed,
    )
