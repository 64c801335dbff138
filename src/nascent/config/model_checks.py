"""Checks of single models that need no framework, so that a dry run already tells of them."""

from pathlib import Path

from pydantic import ValidationError

from nascent.architecture_names import known_names, minimum_size, takes_widths
from nascent.config.models import Model
from nascent.config.reasons import config_error
from nascent.config.sections import Study
from nascent.errors import ConfigError, did_you_mean
from nascent.task import task_of
from nascent.tune.candidates import candidates

# Of a model, but not of its training: candidates would not differ.
NOT_SEARCHED = {"seeds", "resources", "channels", "also_predict", "prediction", "tensorboard"}


def check_model(study: Study, name: str, *, where: str | Path) -> None:
    """Refuse a model that cannot be built or trained on a study's examples, and its candidates.

    Raises
    ------
    ConfigError
        Where its architecture is unknown (the nearest is named) or needs larger examples, an option
        is not one of its architecture, its file of weights is missing, or it would be given what it
        shall predict.
    """
    key = f"train.models.{name}"
    _check(study, study.train.model(name), key, where)
    for number, changes in enumerate(searched(study, name)):
        try:
            model = study.train.model(name, changes)
        except ValidationError as error:
            raise config_error(error, f"{where}, tune.{name}.keys", Model) from None
        refused = sorted(NOT_SEARCHED & {path.split(".")[0] for path in changes})
        if refused:
            raise ConfigError(
                f"{refused[0]} cannot be searched for",
                where=f"{where}, tune.{name}.keys",
                mend="Search for what shapes the model or its training, or give two models.",
            )
        _check(study, model, f"tune.{name}, candidate {number}", where)


def searched(study: Study, name: str) -> list[dict]:
    """Return the candidates of a model: key → value over its own options; none without a search."""
    if name not in study.tune:
        return []
    search = study.tune[name]
    return candidates(search.keys, search.search, number=search.candidates, seed=study.seed)


def _check(study: Study, model: Model, key: str, where: str | Path) -> None:
    architecture = str(model.architecture)
    known = known_names()
    if architecture not in known:
        raise ConfigError(
            f"{key}: there is no architecture {architecture!r}",
            where=where,
            mend=did_you_mean(architecture, known),
        )
    least = minimum_size(architecture)
    if min(study.places) < least:
        raise ConfigError(
            f"{key}: {architecture} needs examples of at least {least} pixels along each side,"
            f" these have {' x '.join(map(str, study.places))}",
            where=where,
            mend="Make them larger or choose another architecture.",
        )
    if model.layers.widths is not None and not takes_widths(architecture):
        raise ConfigError(
            f"{key}.layers.widths: {architecture} has no convolution blocks of chosen width",
            where=where,
            mend="Leave layers.widths out.",
        )
    if model.weights is not None and not Path(model.weights).is_file():
        raise ConfigError(
            f"{key}.weights: there is no file {model.weights}",
            where=where,
            mend="Give the path of a .keras or .weights.h5 file, as seen from the working folder.",
        )
    if model.warmup >= model.epochs:
        raise ConfigError(
            f"{key}.warmup: {model.warmup:g} epochs of warm-up leave none of {model.epochs} epochs",
            where=where,
            mend="Give fewer epochs of warm-up.",
        )
    _check_task(study, model, key, where)
    _check_targets(study, model, key, where)


def _check_task(study: Study, model: Model, key: str, where: str | Path) -> None:
    task = task_of(study.target.task)
    for option, known in (
        ("loss", (None, *task.losses)),
        ("monitor", ("val_loss", f"val_{task.learning}")),
    ):
        value = getattr(model, option)
        if value not in known:
            named = ", ".join(filter(None, known))
            raise ConfigError(
                f"{key}.{option}: {value} is none of {task.name} ({named})",
                where=where,
                mend="Choose one of these, or another target.task.",
            )
    if model.also_predict and task.has_classes:
        raise ConfigError(
            f"{key}.also_predict: a model of {task.name} predicts one column",
            where=where,
            mend="Leave it out, or give the other column a study of its own.",
        )


def _check_targets(study: Study, model: Model, key: str, where: str | Path) -> None:
    for name in study.hidden:
        if name in (model.channels or ()):
            raise ConfigError(
                f"{key}.channels: {name!r} is the target; a model that sees it predicts nothing",
                where=where,
                mend="Leave it out.",
            )
    for column in model.also_predict:
        if column in study.answers:
            raise ConfigError(
                f"{key}.also_predict: {column!r} is the study's target itself",
                where=where,
                mend="Leave it out: it is predicted anyway.",
            )
