"""The palettes of figures and of the explorer: `palettes.tsv` of `nascent/resources`.

The hues are Okabe and Ito's (2008) and Paul Tol's "bright" scheme, both made to be told apart by
readers with any common colour vision; series take them in their order. `ink` are the greys and the
pale grounds, `tone` what single figures add. Splits, strata, cell-cycle phases and designs keep
their colours in every figure. Maps of one sign are coloured by the ramps `plain/…`, of both signs
by `signed/…`; the first of each is that of the figures.
"""

from collections.abc import Mapping
from functools import cache

from nascent.resources.reading import resource_text, rows_of


def palette(name: str) -> Mapping[str, str]:
    """Return the colours of a palette, `#RRGGBB` by name; those of a ramp by their place from 1."""
    return _palettes()[name]


def ramps(kind: str) -> Mapping[str, list[str]]:
    """Return the ramps of a kind, `plain` or `signed`, by name, each from one end to the other."""
    return {
        name.removeprefix(f"{kind}/"): list(colours.values())
        for name, colours in _palettes().items()
        if name.startswith(f"{kind}/")
    }


@cache
def _palettes() -> Mapping[str, Mapping[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for row in rows_of(resource_text("palettes.tsv")):
        found.setdefault(row["palette"], {})[row["name"]] = row["colour"]
    return found
