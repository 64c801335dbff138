"""What pydantic finds wrong with a config, in the words of its keys."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from nascent.config.publish import ORCID
from nascent.config.sections import sections
from nascent.errors import ConfigError, did_you_mean

NO_NAME = (
    "not allowed: a name begins with a letter or a digit, and has letters without accents, digits,"
    " hyphens and underscores alone"
)
"""What is said of a text that is no `nascent.config.section.Name`."""

NO_ORCID = (
    "no ORCID: that is sixteen digits in four groups, such as 0000-0002-1825-0097, and an X may"
    " stand for the last"
)


def config_error(error: ValidationError, where: str | Path, model: type[BaseModel]) -> ConfigError:
    """Return the error of a config that is no valid `model`: its key, and the nearest known one."""
    first = min(error.errors(), key=_rank)
    steps = [
        step for step in first["loc"] if not re.match(r"function-|list\[|literal\[", str(step))
    ]
    key = ".".join(str(step) for step in steps)
    if first["type"] == "extra_forbidden":
        known = _known_keys(steps[:-1], model)
        return ConfigError(
            f"unknown key {key!r}", where=where, mend=did_you_mean(str(steps[-1]), known)
        )
    if first["type"] == "missing":
        return ConfigError(f"the key {key!r} is missing", where=where)
    if first["type"] == "literal_error" and isinstance(first["input"], str):
        known = re.findall(r"'([^']+)'", first["ctx"]["expected"])
        return ConfigError(
            f"{key}: {first['input']!r} is none of {', '.join(known)}",
            where=where,
            mend=did_you_mean(first["input"], known),
        )
    if first["type"] == "string_pattern_mismatch":
        given = f"{first['input']!r}"
        if first["ctx"]["pattern"] == ORCID:
            return ConfigError(f"{key}: {given} is {NO_ORCID}", where=where)
        return ConfigError(f"{key}: the name {given} is {NO_NAME}", where=where)
    what = first["msg"].removeprefix("Value error, ")
    if first["type"] == "value_error":
        return ConfigError(f"{key}: {what}" if key else what, where=where)
    return ConfigError(
        f"{key}: {what[0].lower()}{what[1:]}, not {first['input']!r}",
        where=where,
        # YAML takes 01, TRUE, null and {x} for something else than text.
        mend="Put a name into quotes." if first["type"] == "string_type" else None,
    )


def _rank(problem: Mapping[str, Any]) -> int:
    # Unknown keys first: a misspelt key is the cause of what looks missing.
    if problem["type"] == "extra_forbidden":
        return 0
    # Where one or a list is taken, the reading that does not fit what was given comes last.
    given_many, wants_one = isinstance(problem["input"], list), problem["type"] == "literal_error"
    return 2 if problem["type"] == "list_type" or (given_many and wants_one) else 1


def _known_keys(path: list[Any], model: type[BaseModel]) -> list[str]:
    for step in path:
        # A name that the user chose (a model, a method) or a place in a list has no section.
        model = {**sections(model), **_entries(model)}.get(str(step), model)
    return list(model.model_fields)


def _entries(model: type[BaseModel]) -> dict[str, type[BaseModel]]:
    """Return the fields that hold sections by name or in a list, e.g. `train.models`."""
    found = {}
    for name, field in model.model_fields.items():
        for kind in getattr(field.annotation, "__args__", ()):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                found[name] = kind
    return found
