"""What an attribution method is given besides a model and its options."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nascent.attribute.baselines import Baseline, BaselineData, baseline_of
from nascent.attribute.references import References
from nascent.errors import AttributionError


@dataclass(frozen=True)
class CellBatch:
    """Examples to explain: images (n, places …, C) float32 normalised, masks, ids (n,).

    The images are the explained input; `others` are the model's further inputs, by name.
    """

    images: np.ndarray
    masks: np.ndarray
    ids: Sequence[Hashable]
    others: Mapping[str, np.ndarray] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.images)

    def one(self, number: int) -> "CellBatch":
        """Return the batch of one of the examples."""
        here = slice(number, number + 1)
        others = {name: values[here] for name, values in self.others.items()}
        return CellBatch(self.images[here], self.masks[here], self.ids[here], others)


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
    """

    seed: int = 0
    training_mean: np.ndarray | None = None
    references: References | None = None
    ends: bool = True

    def baseline(self, options: Mapping[str, Any]) -> Baseline:
        """Return the baseline that a method's options ask for."""
        chosen = {name: options[name] for name in ("blur", "baseline_sd") if name in options}
        data = BaselineData(
            self.seed, **chosen, training_mean=self.training_mean, references=self.references
        )
        return baseline_of(options["baseline"], data)

    def drawn_references(self) -> References:
        """Return the drawn training examples.

        Raises
        ------
        AttributionError
            Where none were given.
        """
        if self.references is None:
            raise AttributionError(
                "this method compares with drawn training cells, and none were given",
                where="attribute.methods",
                mend="Draw them with nascent.attribute.references.drawn_references.",
            )
        return self.references


def baselines_of(cells: CellBatch, baseline: Baseline) -> np.ndarray:
    """Return the baseline image of every example, (n, places …, C) float32."""
    found = np.empty_like(cells.images)
    each = zip(cells.images, cells.masks, cells.ids, strict=True)
    for room, (image, mask, example_id) in zip(found, each, strict=True):
        room[...] = baseline(image, mask, example_id)
    return found
