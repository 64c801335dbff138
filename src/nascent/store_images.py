"""A store of images as those see it who know one image and one mask: `store[0]`, `store.channels`.

It speaks of the first input. Its mask is where values were measured; where a region of the object
differs from that, one mask cannot stand for both, and asking for it raises.
"""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from nascent.errors import StoreError, did_you_mean
from nascent.examples import InputSpec
from nascent.store_layout import input_path, mask_path

if TYPE_CHECKING:
    from pathlib import Path

    from nascent.store_layout import Layout


class Images:
    """The first input of a store, with its one mask.

    Attributes
    ----------
    channels : list of str
        Names in the order of the last axis.
    size : int
        Edge S of an image, in pixels.
    dtype : numpy.dtype
        Of the images, as measured.
    """

    if TYPE_CHECKING:
        path: Path
        layout: Layout
        array: Callable[[str, int], np.ndarray]
        array_into: Callable[[str, int, np.ndarray], None]

        def __len__(self) -> int: ...

    @property
    def channels(self) -> list[str]:
        """Names in the order of the last axis."""
        return list(self._image.features)

    @property
    def size(self) -> int:
        """Edge S of an image, in pixels."""
        return self._image.shape[0]

    @property
    def dtype(self) -> np.dtype:
        """Of the images, as measured."""
        return self.layout.dtypes[self._image.name]

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the image (S, S, C) in the raw dtype and the mask (S, S) bool of one example."""
        return self.array(input_path(self._image.name), index), self.mask(index)

    def read(self, which: Sequence[int] | np.ndarray | slice) -> tuple[np.ndarray, np.ndarray]:
        """Return images (n, S, S, C) and masks (n, S, S) of some examples, in the order asked."""
        indices = np.arange(len(self))[which] if isinstance(which, slice) else np.asarray(which)
        images = np.empty((len(indices), *self._image.shape), self.dtype)
        masks = np.empty((len(indices), *self._image.places), bool)
        # A chunk is an example: one read each costs no more than a selection, and keeps any order.
        for index, image, mask in zip(indices, images, masks, strict=True):
            self.array_into(input_path(self._image.name), int(index), image)
            self.array_into(self._mask_path, int(index), mask)
        return images, masks

    def mask(self, index: int) -> np.ndarray:
        """Return the measured pixels (S, S) bool of one example, without reading its image."""
        return self.array(self._mask_path, index)

    def channel_index(self, channel: str) -> int:
        """Return the position of a channel on the last image axis.

        Raises
        ------
        StoreError
            Where there is no such channel; the nearest is named.
        """
        try:
            return self.channels.index(channel)
        except ValueError:
            raise StoreError(
                f"there is no channel {channel!r}",
                where=self.path,
                mend=did_you_mean(channel, self.channels),
            ) from None

    @property
    def _image(self) -> InputSpec:
        return self.layout.inputs[0]

    @cached_property
    def _mask_path(self) -> str:
        name = self._image.name
        measured = mask_path(name)
        regions = [mask_path(name, region) for region in self._image.regions]
        if not self._image.measured or any(self.layout.same.get(r) != measured for r in regions):
            raise StoreError(
                f"the input {name!r} has no mask that is both its measured values and its object",
                where=self.path,
                mend="Ask for the mask by its name.",
            )
        return measured
