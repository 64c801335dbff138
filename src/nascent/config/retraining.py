"""What is retrained without its first pixels, and whether a study's maps can tell them."""

from dataclasses import dataclass
from pathlib import Path

from nascent.attribute.options import axes_of
from nascent.config.attribution import Method
from nascent.config.explanations import Roar
from nascent.config.sections import Study
from nascent.errors import ConfigError, did_you_mean
from nascent.shards.removal import ENTRIES, PIXELS, RANDOM


@dataclass(frozen=True)
class Retraining:
    """One model trained anew without a fraction of its entries.

    Attributes
    ----------
    model
        Name.
    seed
        Of the model whose maps give the order, and of the retraining.
    order
        Name of a method, or `random`.
    fraction
        As the paths of results have it.
    """

    model: str
    seed: int
    order: str
    fraction: str


def retrainings(study: Study) -> list[Retraining]:
    """Return the models that a study retrains; a model's random orders serve all its methods."""
    roar = study.explain.roar
    return (
        [
            Retraining(model, seed, order, str(fraction))
            for model in _models(study, roar)
            for seed in _seeds(study, roar, model)
            for order in (*_methods(study, roar, model), RANDOM)
            for fraction in roar.fractions
        ]
        if roar
        else []
    )


def check_retraining(study: Study, *, where: str | Path) -> None:
    """Refuse retrainings whose models, seeds or maps the study does not have.

    Raises
    ------
    ConfigError
        Where `explain.roar` names a model, method or seed that is not there (the nearest is named),
        a method whose maps cannot rank what shall be ranked, or fewer epochs than a model warms up.
    """
    roar = study.explain.roar
    if roar is None:
        return
    if RANDOM in study.attribute.methods:
        raise ConfigError(
            f"attribute.methods: {RANDOM!r} is the name of the order that explain.roar compares"
            " with",
            where=where,
            mend="Call the method otherwise.",
        )
    for key, given, known in (
        ("models", _models(study, roar), study.explained_models()),
        ("methods", roar.methods, list(study.attribute.methods)),
    ):
        for name in given:
            if name not in known:
                raise ConfigError(
                    f"explain.roar.{key}: {name!r} is not among those that are explained",
                    where=where,
                    mend=did_you_mean(name, known),
                )
    for name in roar.methods:
        able = ranked_by(study.attribute.methods[name])
        if roar.rank not in able:
            raise ConfigError(
                f"explain.roar.methods: the maps of {name!r} rank no {roar.rank}",
                where=where,
                mend=f"Set explain.roar.rank to {able[0]}." if able else "Leave it out.",
            )
    for model in _models(study, roar):
        _check_model(study, roar, model, where)


def ranked_by(method: Method) -> tuple[str, ...]:
    """Return what the maps of a method can rank."""
    able = {"entry": (ENTRIES, PIXELS), "place": (PIXELS,), "feature": ()}
    return able[axes_of(method.method, method.options())]


def _check_model(study: Study, roar: Roar, model: str, where: str | Path) -> None:
    trained = study.train.model(model)
    for seed in roar.seeds or ():
        if seed not in trained.seeds:
            raise ConfigError(
                f"explain.roar.seeds: {model} is not trained with seed {seed}",
                where=where,
                mend=f"Add it to the model's seeds, or choose among {trained.seeds}.",
            )


def _models(study: Study, roar: Roar) -> list[str]:
    chosen = study.explained_models() if roar.models is None else roar.models
    # A model that no method explains has no maps, and nothing to compare a random order with.
    return [model for model in chosen if _methods(study, roar, model)]


def _methods(study: Study, roar: Roar, model: str) -> list[str]:
    known = study.attribute.methods
    # Of what is not there the check tells, not this.
    return [
        name
        for name in roar.methods
        if name not in known or model in (known[name].models or [model])
    ]


def _seeds(study: Study, roar: Roar, model: str) -> list[int]:
    return list(roar.seeds or [min(study.train.model(model).seeds)])
