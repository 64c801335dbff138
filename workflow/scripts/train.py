"""Train one model with one seed on one fold, or one candidate of a search."""

from nascent.files import read_table
from nascent.jobs import check, job
from nascent.shards.normalise import Normaliser
from nascent.shards.plan import all_shards
from nascent.train import backend
from nascent.train.stage import train_model
from nascent.tune.training import train_candidate

seed = int(snakemake.wildcards.get("seed", snakemake.params.get("seed")))

with job(
    "train",
    snakemake.log[0],
    snakemake.input,
    snakemake.output,
    snakemake.params,
    resources=snakemake.resources,
    seed=seed,
) as work:
    params, given, made = snakemake.params, snakemake.input, snakemake.output
    train = train_candidate if snakemake.wildcards.get("candidate") else train_model
    # Of several candidates, the search has chosen one.
    chosen = int(read_table(given.chosen)["chosen"].argmax()) if given.chosen else 0
    options = params.options[chosen]
    work.computed = backend.prepare(
        work.devices,
        threads=snakemake.threads,
        seed=seed,
        deterministic=params.deterministic,
    )
    check(all_shards(given.shards))
    train(
        manifest=given.shards,
        normaliser=Normaliser.from_table(
            read_table(given.channels), params.inputs, params.normalise
        ),
        targets=params.targets,
        seed=seed,
        threads=snakemake.threads,
        deterministic=params.deterministic,
        state_dir=params.state,
        model_path=made.model,
        history_path=made.history,
        card_path=made.card,
        tensorboard_dir=params.tensorboard,
        removal=given.get("removal"),
        target_table=given.get("targets"),
        record=work.record,
        **options,
    )
