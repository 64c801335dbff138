"""How much a job has to do: what its time grows with, told from config and sizes alone.

Work has no unit: it only compares jobs of one kind. A pixel is a place of an example.
"""

import math
from collections.abc import Callable, Mapping
from functools import partial

from nascent.attribute.evaluations import evaluations
from nascent.config.model_checks import searched
from nascent.costs.facts import Facts
from nascent.explain.check import EXPLAINS, MAPS, PREDICTS
from nascent.explain.checks import CHECKS
from nascent.kind import kind_of
from nascent.splits.fractions import SPLITS
from nascent.tune.candidates import candidate_name

Wildcards = Mapping[str, str]
Work = Callable[[Wildcards, Facts], float]

TRAINING = ("train", "tune", "explain_roar_train", "explain_targets_train")
ATTRIBUTION = ("attribute", "explain_targets_attribute")
EIGHT_FOLD = 8
EMBEDDED = ("val", "test")


def work(rule: str, wildcards: Wildcards, facts: Facts) -> float:
    """Return how much a job has to do; 1 for rules whose jobs all count alike."""
    first = kind_of(facts.study.kind).first_stage
    # The first stage is the kind's own; jobs of every part do what grows with its examples.
    of_kind = {"simulate": _of_a_part, first: _of_a_part, f"{first}_gather": _all_raw}
    measure = of_kind.get(rule) or WORK.get(rule)
    return float(measure(wildcards, facts)) if measure else 1.0


def kind(rule: str, wildcards: Wildcards, facts: Facts) -> tuple[str, ...]:
    """Return what jobs must share for the time of one to tell that of another.

    Trainings share an architecture, whatever they are for; what explains a model shares the method
    too; all else shares the rule.
    """
    name = "train" if rule in TRAINING else "attribute" if rule in ATTRIBUTION else rule
    if name not in OF_A_NETWORK:
        return (name,)
    architecture = str(facts.study.train.model(wildcards["model"]).architecture)
    if name not in BY_A_METHOD:
        return name, architecture
    return name, architecture, _method(wildcards, facts).method


def _seen(wildcards: Wildcards, facts: Facts) -> int:
    return facts.pixels * facts.inputs(wildcards["model"])


def _stored(facts: Facts) -> int:
    return facts.pixels * len(facts.features)


def _of_fold(wildcards: Wildcards, facts: Facts) -> Mapping[str, int]:
    return facts.cells[wildcards.get("fold", facts.explained_fold)]


def shard_cells(wildcards: Wildcards, facts: Facts) -> int:
    """Return the examples of the shard that `split`, `number` and, if given, `fold` name."""
    size, first = facts.study.shards.cells, int(wildcards["number"]) * facts.study.shards.cells
    return max(0, min(size, _of_fold(wildcards, facts)[wildcards["split"]] - first))


def _explained(facts: Facts) -> int:
    cells = facts.cells[facts.explained_fold]
    return sum(cells[split] for split in facts.study.attribute.splits)


def _shown(facts: Facts) -> int:
    splits = facts.study.attribute.splits
    return facts.cells[facts.explained_fold]["test" if "test" in splits else splits[-1]]


def _checked(facts: Facts) -> int:
    return min(facts.study.explain.cells, _shown(facts))


def _method(wildcards: Wildcards, facts: Facts):
    return facts.study.attribute.methods[wildcards["method"].partition(".")[0]]


def _a_map(wildcards: Wildcards, facts: Facts) -> int:
    """Return the work of one map of one example."""
    method = _method(wildcards, facts)
    shape = (*facts.study.places, facts.inputs(wildcards["model"]))
    return evaluations(method.method, method.options(), shape) * math.prod(shape)


def _epochs(wildcards: Wildcards, facts: Facts) -> int:
    """Return the epochs of a training at most; with patience it may end before."""
    study, model = facts.study, wildcards["model"]
    if "candidate" in wildcards:
        for changes in searched(study, model):
            if candidate_name(changes) == wildcards["candidate"]:
                return study.train.model(model, changes).epochs
    return study.train.model(model).epochs


def _training(wildcards: Wildcards, facts: Facts) -> float:
    cells = _of_fold(wildcards, facts)["train"]
    return cells * _epochs(wildcards, facts) * _seen(wildcards, facts)


def _predicting(wildcards: Wildcards, facts: Facts, cells: int) -> float:
    eight = facts.study.train.model(wildcards["model"]).prediction == "eight_fold"
    return cells * (EIGHT_FOLD if eight else 1) * _seen(wildcards, facts)


def _of_a_part(wildcards: Wildcards, facts: Facts) -> float:
    return facts.raw[wildcards["part"]] * _stored(facts)


def _all_pixels(wildcards: Wildcards, facts: Facts) -> float:
    return sum(_of_fold(wildcards, facts).values()) * _stored(facts)


def _all_raw(wildcards: Wildcards, facts: Facts) -> float:
    return sum(facts.raw.values())


def _one_shard(wildcards: Wildcards, facts: Facts) -> float:
    return shard_cells(wildcards, facts) * _stored(facts)


def _maps_of_a_shard(wildcards: Wildcards, facts: Facts) -> float:
    return shard_cells(wildcards, facts) * _a_map(wildcards, facts)


def _reading_maps(wildcards: Wildcards, facts: Facts) -> float:
    return _explained(facts) * _seen(wildcards, facts)


def _reading_shown_maps(wildcards: Wildcards, facts: Facts) -> float:
    return _shown(facts) * _seen(wildcards, facts)


def _untrained(wildcards: Wildcards, facts: Facts) -> float:
    of = facts.study.explain.untrained
    # Of each explained split up to three strata: low, medium, high.
    cells = min(3 * of.cells * len(facts.study.attribute.splits), _explained(facts))
    return of.models * cells * _a_map(wildcards, facts)


def _randomisation(wildcards: Wildcards, facts: Facts) -> float:
    # Each example has its own draw of the weights.
    stages = facts.study.explain.randomisation.stages
    return stages * _checked(facts) * _a_map(wildcards, facts)


def _sensitivity(wildcards: Wildcards, facts: Facts) -> float:
    draws = facts.study.explain.sensitivity.draws
    return draws * _checked(facts) * _a_map(wildcards, facts)


def _use(wildcards: Wildcards, facts: Facts) -> float:
    use = facts.study.explain.use
    cells = min(use.cells, facts.cells[facts.explained_fold]["test"])
    # Each channel levelled and ablated, and by each other example exchanged in three ways.
    images = 1 + facts.inputs(wildcards["model"]) * (2 + 3 * use.repeats)
    return images * cells * _seen(wildcards, facts)


def _removal(wildcards: Wildcards, facts: Facts) -> float:
    removal = facts.study.explain.removal
    # By the map, by brightness, and at random.
    orders = 2 + removal.random
    return orders * len(removal.fractions) * _checked(facts) * _seen(wildcards, facts)


def _maps_of_checked_cells(wildcards: Wildcards, facts: Facts) -> float:
    return _checked(facts) * _a_map(wildcards, facts)


def _agreement(wildcards: Wildcards, facts: Facts) -> float:
    study = facts.study
    sets = sum(
        len(model.seeds) * (1 + len(model.also_predict))
        for method in study.attribute.methods
        for model in map(study.train.model, study.models_explained_by(method))
    )
    return sets**2 * _checked(facts) * _stored(facts)


def _comparison(wildcards: Wildcards, facts: Facts) -> float:
    runs = sum(len(facts.study.train.model(name).seeds) for name in facts.study.train.models)
    cells = sum(of_fold["test"] for of_fold in facts.cells.values())
    return facts.study.evaluate.bootstrap * runs * cells


MEASURES: Mapping[str, Work] = {
    "explained maps": _reading_maps,
    "shown maps": _reading_shown_maps,
    "randomisation": _randomisation,
    "sensitivity": _sensitivity,
    "removal": _removal,
    "use": _use,
    "truth": _maps_of_checked_cells,
    "agreement": _agreement,
}
"""Name of what a check works on → measure of it; see `nascent.explain.checks.Check.work`."""


def _of_checks(rule: str, wildcards: Wildcards, facts: Facts) -> float:
    """Return the work of a rule of one check or several: of those that the study has."""
    if rule == MAPS:
        # And maps of random weights, and the export.
        beside = _untrained(wildcards, facts) + _reading_maps(wildcards, facts)
        return beside + _measured(rule, wildcards, facts)
    return _measured(rule, wildcards, facts) or 1.0


def _measured(rule: str, wildcards: Wildcards, facts: Facts) -> float:
    study = facts.study.plain()
    return sum(
        MEASURES[check.work](wildcards, facts)
        for check in CHECKS
        if check.rule == rule and check.work and check.applies(study)
    )


WORK: Mapping[str, Work] = {
    "shards_histogram": _of_a_part,
    **dict.fromkeys(("splits", "evaluate_gather"), _all_raw),
    "shards": _one_shard,
    **dict.fromkeys(("shards_gather", "evaluate_floors", "explain_roar_remove"), _all_pixels),
    **dict.fromkeys(TRAINING, _training),
    "evaluate": lambda wildcards, facts: _predicting(
        wildcards, facts, sum(_of_fold(wildcards, facts)[split] for split in SPLITS)
    ),
    "embed": lambda wildcards, facts: (
        _seen(wildcards, facts) * sum(_of_fold(wildcards, facts)[split] for split in EMBEDDED)
    ),
    "evaluate_compare": _comparison,
    "explain_roar_predict": lambda wildcards, facts: _predicting(
        wildcards, facts, _of_fold(wildcards, facts)["test"]
    ),
    **dict.fromkeys(ATTRIBUTION, _maps_of_a_shard),
    **{rule: partial(_of_checks, rule) for rule in dict.fromkeys(check.rule for check in CHECKS)},
}
"""Rule → what the time of its jobs is taken to grow with; those of all others are alike."""

BY_A_METHOD = (
    "attribute",
    *(check.rule for check in CHECKS if check.network == EXPLAINS),
)
OF_A_NETWORK = (
    *BY_A_METHOD,
    "train",
    "evaluate",
    "embed",
    "explain_roar_predict",
    *(check.rule for check in CHECKS if check.network == PREDICTS),
)
