"""Which method of attribution a call asks for, and with which options."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from nascent.attribute.method import known_methods
from nascent.attribute.options import options_taken, resolved
from nascent.config.attribution import Method
from nascent.config.reasons import config_error
from nascent.errors import AttributionError, did_you_mean
from nascent.study_record import RecordedMethod

Chosen = tuple[str, dict[str, Any]]
"""A method's name, and all options that it takes."""


def chosen_method(
    name: str, given: Mapping[str, Any], of_study: Mapping[str, RecordedMethod]
) -> Chosen:
    """Return a method with its options: those given, then the study's, then the config's defaults.

    Parameters
    ----------
    name
        Of a method of the study, such as `ig`, or of `nascent.attribute.method.known_methods`,
        such as `integrated_gradients`.
    given
        Options to take in the place of others.
    of_study
        The methods of the study by name; may be none.

    Raises
    ------
    AttributionError
        Where there is no such method, or it takes no such option; the nearest is named.
    """
    if name in of_study:
        method, usual = of_study[name].method, dict(of_study[name].options)
    elif name in known_methods():
        method, usual = name, {}
    else:
        known = [*of_study, *known_methods()]
        raise AttributionError(
            f"there is no method {name!r}", mend=did_you_mean(name, dict.fromkeys(known))
        )
    every = default_values() | usual | dict(given)
    taken = options_taken(method, resolved(method, every))
    _refuse_unknown(name, given, taken)
    # What the study says of a baseline that is no longer asked for is left out.
    wanted = {key: value for key, value in {**usual, **given}.items() if key in taken}
    try:
        return method, Method(method=method, **wanted).options()
    except ValidationError as error:
        found = config_error(error, name, Method)
        raise AttributionError(found.what, where=name, mend=found.mend) from error


def default_values() -> dict[str, Any]:
    """Return option → its default in the config, of all methods together."""
    fields = Method.model_fields.items()
    return {name: field.default for name, field in fields if name not in ("method", "models")}


def _refuse_unknown(name: str, given: Mapping[str, Any], taken: tuple[str, ...]) -> None:
    for option in given:
        if option not in taken:
            raise AttributionError(
                f"{name} takes no option {option!r} here", mend=did_you_mean(option, taken)
            )
