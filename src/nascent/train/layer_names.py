"""Names of layers that do not depend on what a process has built before."""

import re
from collections.abc import Iterable

from nascent.frameworks import keras


def canonical_names(names: Iterable[str]) -> dict[str, str]:
    """Return name → the name that the layer has in a process that built nothing else.

    Keras numbers the layers that were given no name through a whole process (`conv2d_7`), and files
    of other versions count from one. Here each kind counts from its first layer: `conv2d`,
    `conv2d_1`, … in the order of the numbers. Names that somebody chose stay.
    """
    found = list(names)
    kinds: dict[str, list[tuple[int, str]]] = {}
    automatic = {_snake(kind) for kind in dir(keras.layers) if kind[0].isupper()}
    for name in found:
        stem, number = re.fullmatch(r"(.*?)(?:_(\d+))?", name).groups()
        if stem in automatic:
            kinds.setdefault(stem, []).append((int(number or 0), name))
    canonical = {name: name for name in found}
    for stem, numbered in kinds.items():
        for rank, (_, name) in enumerate(sorted(numbered)):
            canonical[name] = f"{stem}_{rank}" if rank else stem
    return canonical


def _snake(kind: str) -> str:
    """Return a class' name as Keras writes it into the names of its layers."""
    return re.sub("([a-z])([A-Z])", r"\1_\2", re.sub("(.)([A-Z][a-z]+)", r"\1_\2", kind)).lower()
