"""What an attribution method is given besides a model and its options."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from nascent.attribute.baselines import Baseline, BaselineData, baseline_of
from nascent.attribute.references import References
from nascent.errors import AttributionError
from nascent.words import spoken

Enter = Callable[[np.ndarray], np.ndarray]
"""Images as a model takes them → what the layer by which they enter makes of them."""

WHOLE_VALUES = ("black", "training_cells")
"""Baselines that hold values of examples, or none: a layer that takes tokens knows no others."""


@dataclass(frozen=True)
class Entry:
    """How explained images came to be, where a layer made them.

    Attributes
    ----------
    images
        (n, places …, C): what the model takes.
    enter
        What the layer makes of such.
    """

    images: np.ndarray
    enter: Enter


@dataclass(frozen=True)
class CellBatch:
    """Examples to explain: images (n, places …, C) float32 normalised, masks, ids (n,).

    The images are the explained input, and the masks say where it was measured; `others` are what
    else the model is given, by name. Where the input enters by a layer the images may be what that
    makes of it: then `entry` says of what.
    """

    images: np.ndarray
    masks: np.ndarray
    ids: Sequence[Hashable]
    others: Mapping[str, np.ndarray] = field(default_factory=dict)
    entry: Entry | None = None

    def __len__(self) -> int:
        return len(self.images)

    def others_of(self, number: int) -> dict[str, np.ndarray]:
        """Return the others of one of the examples: name → (…)."""
        return {name: values[number] for name, values in self.others.items()}

    def entered(self, enter: Enter) -> "CellBatch":
        """Return the batch behind the layer by which its images enter."""
        return replace(self, images=enter(self.images), entry=Entry(self.images, enter))


@dataclass(frozen=True)
class MethodData:
    """What all examples of a job share.

    Attributes
    ----------
    seed : int
        Of everything that is drawn; not negative.
    training_mean : (C,) float32 or None
        See `nascent.attribute.baselines.training_mean_of`.
    references : References or None
        Drawn training examples.
    ends : bool
        Whether the model's output at the baselines is asked for, where that takes evaluations of
        its own; without it `prediction_baseline` and `completeness_gap` may be NaN.
    enter : callable or None
        What the layer makes of images by which the explained input enters, if it does by one.
    """

    seed: int = 0
    training_mean: np.ndarray | None = None
    references: References | None = None
    ends: bool = True
    enter: Enter | None = None

    def baseline(self, options: Mapping[str, Any]) -> Baseline:
        """Return the baseline that a method's options ask for, of images as the model takes them.

        Raises
        ------
        AttributionError
            Where there is no such baseline, or it makes values that the layer by which the input
            enters cannot take.
        """
        if self.enter is not None and options["baseline"] not in WHOLE_VALUES:
            raise AttributionError(
                f"the baseline {options['baseline']!r} makes values between those there are, and"
                " the layer by which the input enters takes whole ones",
                where="attribute.methods.*.baseline",
                mend=f"Choose one of {', '.join(WHOLE_VALUES)}.",
            )
        chosen = {name: options[name] for name in ("blur", "baseline_sd") if name in options}
        data = BaselineData(
            self.seed, **chosen, training_mean=self.training_mean, references=self.references
        )
        return baseline_of(options["baseline"], data)

    def drawn_references(self) -> References:
        """Return the drawn training examples, as they are explained.

        Where a layer makes what is explained, it does so with the weights that it has now: what
        serves for models whose weights change asks anew for each batch.

        Raises
        ------
        AttributionError
            Where none were given.
        """
        if self.references is None:
            raise AttributionError(
                f"this method compares with drawn training {spoken().examples}, and none were"
                " given",
                where="attribute.methods",
                mend="Draw them with nascent.attribute.references.drawn_references.",
            )
        if self.enter is None:
            return self.references
        return replace(self.references, images=self.enter(self.references.images))


def baselines_of(cells: CellBatch, baseline: Baseline) -> np.ndarray:
    """Return the baseline image of every example, (n, places …, C) float32.

    Where a layer made the images it makes their baselines too, of those of what it was given.
    """
    images = cells.images if cells.entry is None else cells.entry.images
    found = np.empty_like(images)
    each = zip(images, cells.masks, cells.ids, strict=True)
    for room, (image, mask, example_id) in zip(found, each, strict=True):
        room[...] = baseline(image, mask, example_id)
    return found if cells.entry is None else cells.entry.enter(found)
