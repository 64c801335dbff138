"""What all readers ask of examples: that they are like those of the training."""

from typing import TYPE_CHECKING

from nascent.errors import StoreError
from nascent.examples import InputSpec

if TYPE_CHECKING:
    from nascent.store import Store

_COMPARED = ("name", "axes", "shape", "features", "measured")


def refuse_unlike(stored: InputSpec, store: "Store") -> None:
    """Raise StoreError unless the examples of a store have an input like that of the training.

    Compared are the name of the input, its axes, shape and features, whether a mask says where its
    values were measured, and the first region, which models pool over.
    """
    inputs = store.layout.inputs
    other = next((one for one in inputs if one.name == stored.name), inputs[0])
    pairs = [(key, getattr(stored, key), getattr(other, key)) for key in _COMPARED]
    pairs.append(("regions", stored.regions[:1], other.regions[:1]))
    differences = [
        f"{key} {_words(theirs)}, and the model was trained with {_words(ours)}"
        for key, ours, theirs in pairs
        if ours != theirs
    ]
    if differences:
        raise StoreError(
            f"its examples have {'; '.join(differences)}",
            where=store.path,
            mend="Give the model examples like those it was trained with.",
        )


def _words(value: object) -> str:
    if isinstance(value, tuple):
        return f"({', '.join(map(str, value))})"
    return str(value)
