"""Checking a study's config before the first job."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from nascent.config.model_checks import check_model
from nascent.config.reasons import config_error
from nascent.config.retraining import check_retraining
from nascent.config.sections import Study
from nascent.errors import ConfigError
from nascent.kind import DEFAULT, module_of


def study_model(kind: str = DEFAULT) -> type[Study]:
    """Return what a config of a kind holds: the keys of every study, and the kind's own.

    Raises
    ------
    ConfigError
        Where there is no such kind (the nearest is named).
    """
    return module_of(kind, "config").Study


def check_study(config: Mapping[str, Any], *, where: str | Path = "config") -> Study:
    """Return the typed config of a study.

    Raises
    ------
    ConfigError
        On the first wrong key or value; it names the key, and the nearest known one.
    """
    kind = config.get("kind", DEFAULT)
    if not isinstance(kind, str) or not kind:
        raise ConfigError(
            f"kind: {kind!r} is no name of a kind", where=where, mend="Name a kind, as in cells."
        )
    model = study_model(kind)
    try:
        study = model.model_validate(dict(config))
    except ValidationError as error:
        raise config_error(error, where, model) from None
    for name in study.train.models:
        check_model(study, name, where=where)
    check_retraining(study, where=where)
    return study
