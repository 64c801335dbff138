"""One example of a study: what is measured of it, and its row of the table."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from nascent.errors import AttributionError, StoreError, did_you_mean
from nascent.examples import PART, InputSpec
from nascent.kind import Words, capital
from nascent.words import speaking

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from nascent.store import Store


@dataclass(frozen=True, repr=False)
class Example:
    """One cell, gene or whatever the examples of a study are.

    Attributes
    ----------
    id : int or str
        As in the table of examples.
    row : pandas.Series
        Its row of that table.
    specs : tuple of InputSpec
        What each input is: its axes, shape and features.
    inputs : mapping
        Input → its values as measured, before any normalisation, zero where nothing was measured.
    masks : mapping
        Input → (places …) bool, where it was measured; all True where no mask says so.
    words : Words
        What the study calls examples, groups and features.
    pixel_size : float or None
        Edge of a pixel in µm, where it is known.

    Examples
    --------
    >>> cell = study.cell(100004)                                      # doctest: +SKIP
    >>> cell.image.shape, cell.mask.sum(), cell.row["group"]           # doctest: +SKIP
    ((64, 64, 11), 1029, 'demo_A01')
    """

    id: Any
    row: pd.Series
    specs: tuple[InputSpec, ...]
    inputs: Mapping[str, np.ndarray]
    masks: Mapping[str, np.ndarray]
    words: Words
    pixel_size: float | None = None

    @property
    def image(self) -> np.ndarray:
        """The values (places …, C) of the first input, of cells their image."""
        return self.inputs[self.specs[0].name]

    @property
    def mask(self) -> np.ndarray:
        """Where the first input was measured, (places …) bool."""
        return self.masks[self.specs[0].name]

    @property
    def channels(self) -> tuple[str, ...]:
        """Names along the last axis of the first input."""
        return self.specs[0].features

    def channel(self, name: str) -> np.ndarray:
        """Return one channel of the first input, (places …).

        Raises
        ------
        StoreError
            Where there is no such channel; the nearest is named.
        """
        if name not in self.channels:
            raise StoreError(
                f"there is no {self.words.feature} {name!r}",
                mend=did_you_mean(name, self.channels),
            )
        return self.image[..., self.channels.index(name)]

    def plot(self, *channels: str) -> "Figure":
        """Draw channels of the image side by side.

        Parameters
        ----------
        *channels
            Their names; none: all of them.

        Raises
        ------
        AttributionError
            Where the first input is no image of one plane.
        """
        from nascent.figures import crops
        from nascent.figures.gather import Examples
        from nascent.notebook.display import displayed

        names = list(channels or self.channels)
        with speaking(self.words.plain()):
            if self.image.ndim != 3:
                raise AttributionError(f"this {self.words.example} is no image of one plane")
            images = np.stack([self.channel(name) for name in names], axis=-1)
            row = pd.DataFrame([self.row]).rename_axis("id")
            shown = Examples(row, names, images[None], self.mask[None])
            return displayed(crops.draw(shown, target="", pixel_size=self.pixel_size))

    def __repr__(self) -> str:
        kinds = (
            f"{spec.name} {'×'.join(map(str, spec.shape))} {self.inputs[spec.name].dtype}"
            for spec in self.specs
        )
        return f"{capital(self.words.example)} {self.id}: {', '.join(kinds)}"


def read_example(
    store: "Store", index: int, words: Words, *, pixel_size: float | None = None
) -> Example:
    """Return one example of an open store.

    Parameters
    ----------
    store
        Open.
    index
        Of the example in it.
    words, pixel_size
        As in `Example`.
    """
    inputs, masks = {}, {}
    for spec in store.inputs:
        inputs[spec.name] = store.array(f"inputs/{spec.name}", index)
        measured = store.measured(index, spec.name)
        masks[spec.name] = np.ones(spec.places, bool) if measured is None else measured
    row = store.examples.iloc[index].copy()
    # The table of all examples says it of each; a store is of one part.
    row[PART] = store.path.stem
    return Example(row.name, row, store.inputs, inputs, masks, words, pixel_size)
