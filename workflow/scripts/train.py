"""Train one model with one seed on one fold, or one candidate of a search."""

from pathlib import Path

from nascent.examples import TargetSpec
from nascent.files import read_table
from nascent.jobs import check
from nascent.network_jobs import network_job
from nascent.shards.normalise import Normaliser
from nascent.shards.plan import all_shards
from nascent.train.job import TrainingData, TrainingFiles
from nascent.train.stage import train_model
from nascent.tune.training import train_candidate

with network_job(snakemake, stage="train") as work:
    params, given, made = snakemake.params, snakemake.input, snakemake.output
    train = train_candidate if snakemake.wildcards.get("candidate") else train_model
    # Of several candidates, the search has chosen one.
    chosen = int(read_table(given.chosen)["chosen"].argmax()) if given.chosen else 0
    options = params.options[chosen]
    check(all_shards(given.shards))
    normaliser = None
    if given.channels:
        normaliser = Normaliser.from_table(
            read_table(given.channels), params.inputs, params.normalise
        )
    train(
        data=TrainingData(
            given.shards,
            normaliser,
            [TargetSpec.from_plain(one) for one in params.targets],
            removal=given.get("removal"),
            target_table=given.get("targets"),
        ),
        files=TrainingFiles(*(Path(made[name]) for name in ("model", "reader", "history", "card"))),
        seed=work.seed,
        threads=snakemake.threads,
        deterministic=params.deterministic,
        state_dir=params.state,
        tensorboard_dir=params.tensorboard,
        record=work.record,
        **options,
    )
