"""Train one model with one seed on one fold, or one candidate of a search."""

from nascent import provenance
from nascent.files import read_table
from nascent.logs import job_log
from nascent.shards.normalise import Normaliser
from nascent.train.stage import train_model
from nascent.tune.training import train_candidate

with job_log(snakemake.log[0]):
    params, given, made = snakemake.params, snakemake.input, snakemake.output
    train = train_candidate if snakemake.wildcards.get("candidate") else train_model
    seed = int(snakemake.wildcards.get("seed", params.get("seed")))
    # Of several candidates, the search has chosen one.
    chosen = int(read_table(given.chosen)["chosen"].argmax()) if given.chosen else 0
    options = params.options[chosen]
    config = {
        "model": options,
        "targets": params.targets,
        "inputs": params.inputs,
        "normalise": params.normalise,
        "code": params.code,
    }
    inputs = {name: path for name, path in given.items() if path and name != "weights"}
    if options["weights"]:
        inputs["weights"] = options["weights"]
    train(
        manifest=given.shards,
        normaliser=Normaliser.from_table(
            read_table(given.channels), params.inputs, params.normalise
        ),
        targets=params.targets,
        seed=seed,
        threads=snakemake.threads,
        state_dir=params.state,
        model_path=made.model,
        history_path=made.history,
        card_path=made.card,
        tensorboard_dir=params.tensorboard,
        removal=given.get("removal"),
        target_table=given.get("targets"),
        record=provenance.record("train", config, seed=seed, inputs=inputs),
        **options,
    )
