"""Which pictures of a cell stand beside its maps: channels, the target, and outlines of masks."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from nascent.examples import InputSpec
from nascent.explain.truth.planted import Planted
from nascent.store import Store
from nascent.store_layout import input_path, mask_path, target_path

PLANTED = "planted truth"


@dataclass(frozen=True)
class Pictures:
    """What is shown of each cell beside its maps.

    Attributes
    ----------
    input : str
        The input that is shown.
    channels : sequence of str
        Its features.
    target : str
        Name of the picture of the target; empty where there is none.
    target_path : str
        Where a store has it, if it is no feature of the input; else empty.
    regions : mapping
        Mask of the store → its name in words.
    planted : Planted or None
        What was planted in simulated cells.
    """

    input: str
    channels: Sequence[str]
    target: str = ""
    target_path: str = ""
    regions: Mapping[str, str] = field(default_factory=dict)
    planted: Planted | None = None

    @property
    def outlines(self) -> list[str]:
        """Names of the masks whose outlines are drawn beside that of the measured places."""
        return [*self.regions.values(), *([PLANTED] if self.planted else [])]

    def planes(self, store: Store, row: int) -> np.ndarray:
        """Return the channels of a cell, (H, W, K), and behind them the target's picture."""
        spec = store.input(self.input)
        values = store.array(input_path(self.input), row)
        found = [values[..., spec.features.index(name)] for name in self.channels]
        if self.target_path:
            found.append(store.array(self.target_path, row))
        elif self.target:
            found.append(values[..., spec.features.index(self.target)])
        return np.stack(found, axis=-1)

    def masks(self, store: Store, row: int, cell: Hashable, measured: np.ndarray) -> np.ndarray:
        """Return the masks of `outlines`, (H, W, M) bool, of measured places alone."""
        found = [store.array(path, row).astype(bool) for path in self.regions]
        if self.planted:
            found.append(self.planted.mask(cell, measured))
        masks = np.zeros((*measured.shape, len(found)), bool)
        for number, mask in enumerate(found):
            masks[..., number] = mask & measured
        return masks


def pictures_of(
    store: Store, name: str, channels: Sequence[str], hidden: str, planted: Planted | None
) -> Pictures:
    """Return which pictures the cells of a store have.

    Parameters
    ----------
    store
        One of those of the cells.
    name
        Of the input that is shown.
    channels
        Its features whose pictures are kept.
    hidden
        Feature that the target is measured in and no model sees; empty where there is none.
    planted
        What was planted, where cells are simulated.
    """
    spec = store.input(name)
    target, path = (hidden, "") if hidden in spec.features else _image_of_target(store, spec)
    return Pictures(name, channels, target, path, _regions(store, spec), planted)


def _image_of_target(store: Store, spec: InputSpec) -> tuple[str, str]:
    for target in store.targets:
        path = target_path(target.name)
        if target.column is None and store.layout.forms[path].shape == spec.places:
            return target.label or target.name, path
    return "", ""


def _regions(store: Store, spec: InputSpec) -> dict[str, str]:
    """Return the masks of regions that are not where the input was measured, and their names."""
    paths = {mask_path(spec.name, region): region for region in spec.regions}
    return {
        path: region.replace("_", " ")
        for path, region in paths.items()
        if path not in store.layout.same
    }
