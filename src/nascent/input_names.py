"""How features of examples with several inputs are called, and what shares of them are parts of."""

from collections.abc import Mapping, Sequence

from nascent.examples import ALL_INPUTS, InputSpec

Features = Mapping[str, Sequence[str]]
"""Input → its features."""


def features_of(inputs: Sequence[InputSpec]) -> dict[str, tuple[str, ...]]:
    """Return input → names of its features, each a name of its own; see `own_names`."""
    return own_names({one.name: one.features for one in inputs})


def own_names(features: Features) -> dict[str, tuple[str, ...]]:
    """Return input → names of its features, of which no two are the same.

    A feature keeps its name. Where another input has a feature of that name, both are called after
    their input: `<input>.<feature>`.
    """
    every = [name for names in features.values() for name in names]
    return {
        one: tuple(f"{one}.{name}" if every.count(name) > 1 else name for name in names)
        for one, names in features.items()
    }


def flat(features: Features) -> list[str]:
    """Return the features of all inputs, one input after the other."""
    return [name for names in features.values() for name in names]


def owners(features: Features) -> dict[str, str]:
    """Return feature → its input, of features that have names of their own."""
    return {name: one for one, names in features.items() for name in names}


def wholes(features: Features) -> dict[str, list[str]]:
    """Return what shares can be parts of, by name: all inputs together, and each by itself.

    Sums over the places of two inputs do not mix: a sequence of a hundred positions has more to
    add up than a column. So a share of all inputs stands beside one within the feature's input. Of
    one input the two are the same, and it stands alone, under its name.
    """
    each = {one: list(names) for one, names in features.items()}
    return each if len(each) == 1 else {ALL_INPUTS: flat(features), **each}
