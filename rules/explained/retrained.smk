# Models that are trained anew for a check: without entries that maps put first, or on permuted targets.
from dataclasses import asdict

from nascent.config.retraining import retrainings


def options_of_learning_by_heart(wildcards):
    """The options of a model trained on targets of other cells: validation can tell it nothing."""
    changed = {"monitor": "loss", "retries": 0}
    return [options | changed for options in options_of_training(wildcards)]


def chosen_of_explained(wildcards):
    """The choice among a model's candidates in the fold that is explained."""
    return choice_of_candidate(wildcards.model, EXPLAINED_FOLD)


def model_of_order(wildcards):
    """The model whose maps give an order of removal; the random one has none."""
    path = made(
        f"train/{wildcards.model}/{EXPLAINED_FOLD}/{wildcards.seed}/model.keras"
    )
    return [] if wildcards.order == RANDOM else path


def maps_of_order(wildcards):
    """The maps of all cells that give an order of removal; the random one has none."""
    if wildcards.order == RANDOM:
        return []
    return [
        made(
            f"attribute/{wildcards.model}/{wildcards.seed}/{wildcards.order}/{name}.h5"
        )
        for split in SPLITS
        for name in shards_of(split, EXPLAINED_FOLD)
    ]


def of_retrainings(pattern):
    """One path a model, seed, order and fraction that is trained anew, each once."""
    return list(
        dict.fromkeys(made(pattern.format(**asdict(one))) for one in retrainings(STUDY))
    )
