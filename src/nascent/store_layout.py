"""What a store holds of each example, under which names, and how it is packed.

An example is a set of arrays, each under one path: `inputs/<name>`, `masks/<input>/measured`,
`masks/<input>/<region>`, `targets/<name>`, `weights/<target>`. A store has one dataset of that path
for all its examples. A mask that is the same as another one in every example is a link to it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple, Self

import hdf5plugin
import numpy as np
from numpy.typing import DTypeLike

from nascent.errors import StoreError
from nascent.examples import (
    MEASURED,
    InputSpec,
    TargetSpec,
    image_input,
    refuse_doubled_names,
)
from nascent.names import hdf5_key

FORMAT = "nascent-examples"
VERSION = 2
EXAMPLES = "examples"
"""Group of the table of examples."""

CODECS: Mapping[str, Mapping[str, Any]] = {
    "blosc": dict(hdf5plugin.Blosc(cname="lz4", clevel=5, shuffle=hdf5plugin.Blosc.BITSHUFFLE)),
    # Readable by every HDF5 library without plugins, several times slower.
    "gzip": {"compression": "gzip", "compression_opts": 4, "shuffle": True},
}


class ArrayForm(NamedTuple):
    """Shape and type of one example's array."""

    shape: tuple[int, ...]
    dtype: np.dtype


@dataclass(frozen=True)
class Layout:
    """What a store holds of each example.

    Attributes
    ----------
    inputs
        In order; the first is the one that is meant where no name is given.
    dtypes
        Of each input, and of each target without a column.
    targets
        In order.
    shapes
        Of one example's value of each target without a column; () for one number.
    weights
        Target → shape of one example's weight: (), or that of the target.
    same
        Path of a mask → path of the one that it equals in every example.

    Raises
    ------
    StoreError
        Where the type or shape of an array is missing, or there is no such mask or target.
    ExampleError
        Where two inputs or targets have one name.
    """

    inputs: tuple[InputSpec, ...]
    dtypes: Mapping[str, np.dtype]
    targets: tuple[TargetSpec, ...] = ()
    shapes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    weights: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    same: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.inputs:
            raise StoreError("an example without an input")
        refuse_doubled_names(self.inputs, self.targets)
        dtypes = {name: np.dtype(dtype) for name, dtype in self.dtypes.items()}
        object.__setattr__(self, "dtypes", dtypes)
        arrays = [target for target in self.targets if target.column is None]
        for spec in (*self.inputs, *arrays):
            if spec.name not in dtypes:
                raise StoreError(f"{spec.name!r} has no type of its values")
        for spec in arrays:
            if len(self.shapes.get(spec.name, ())) != len(spec.axes):
                raise StoreError(
                    f"target {spec.name!r} has axes {spec.axes!r} and shape"
                    f" {self.shapes.get(spec.name, ())}"
                )
        for name, shape in self.weights.items():
            if name not in {target.name for target in self.targets}:
                raise StoreError(f"there is no target {name!r} to weigh")
            if tuple(shape) not in ((), tuple(self.shapes.get(name, ()))):
                raise StoreError(f"the weights of {name!r} have shape {shape}")
        masks = {mask_path(one.name, mask) for one in self.inputs for mask in one.masks}
        for mask, other in self.same.items():
            if not {mask, other} <= masks or other in self.same:
                raise StoreError(f"{mask} and {other} are no two masks that could be the same")

    @cached_property
    def forms(self) -> dict[str, ArrayForm]:
        """Path → form of each array; masks that are links to others are left out."""
        forms = {}
        for one in self.inputs:
            forms[input_path(one.name)] = ArrayForm(tuple(one.shape), self.dtypes[one.name])
            for mask in one.masks:
                forms[mask_path(one.name, mask)] = ArrayForm(one.places, np.dtype(bool))
        for target in self.targets:
            if target.column is None:
                shape = tuple(self.shapes.get(target.name, ()))
                forms[target_path(target.name)] = ArrayForm(shape, self.dtypes[target.name])
            if target.name in self.weights:
                shape = tuple(self.weights[target.name])
                forms[weight_path(target.name)] = ArrayForm(shape, np.dtype(np.float32))
        return {path: form for path, form in forms.items() if path not in self.same}

    def difference(self, other: "Layout") -> str | None:
        """Return what differs first between two layouts but for types, None where nothing does."""
        for what, ours, theirs in (
            ("inputs", self.inputs, other.inputs),
            ("targets", self.targets, other.targets),
        ):
            if difference := _difference(what, ours, theirs):
                return difference
        for what, key in (("shapes of targets", "shapes"), ("weights", "weights")):
            if dict(getattr(self, key)) != dict(getattr(other, key)):
                return what
        return None

    def joined(self, others: Sequence["Layout"]) -> Self:
        """Return the layout that holds the examples of this and of others without loss.

        They may differ in types, and in which masks are links.
        """
        every = (self, *others)
        return replace(
            self,
            dtypes={
                name: np.result_type(*(one.dtypes[name] for one in every)) for name in self.dtypes
            },
            same={
                mask: to
                for mask, to in self.same.items()
                if all(one.same.get(mask) == to for one in every)
            },
        )

    def to_attributes(self) -> dict[str, str]:
        """Return the specifications as the attributes of a file."""
        return {
            "inputs": json.dumps([one.to_plain() for one in self.inputs]),
            "targets": json.dumps([one.to_plain() for one in self.targets]),
        }


def image_layout(
    channels: Sequence[str],
    size: int,
    dtype: DTypeLike,
    *,
    region: str,
    targets: Sequence[TargetSpec] = (),
) -> Layout:
    """Return the layout of images of objects that are measured in their own pixels alone.

    Parameters
    ----------
    channels
        Names in the order of the last image axis.
    size
        Edge S of an image, in pixels.
    dtype
        Of its values, as measured.
    region
        Name of the object; its mask is that of the measured values.
    targets
        Columns of the table.
    """
    return Layout(
        (image_input(size, channels, region=region),),
        {"image": np.dtype(dtype)},
        tuple(targets),
        same={mask_path("image", region): mask_path("image")},
    )


def input_path(name: str) -> str:
    """Return the path of an input."""
    return f"inputs/{name}"


def mask_path(name: str, mask: str = MEASURED) -> str:
    """Return the path of a mask of an input: a region, or where values were measured."""
    return f"masks/{name}/{mask}"


def target_path(name: str) -> str:
    """Return the path of a target that is no column."""
    return f"targets/{hdf5_key(name)}"


def weight_path(target: str) -> str:
    """Return the path of the weights of a target."""
    return f"weights/{hdf5_key(target)}"


def _difference(what: str, ours: Sequence, theirs: Sequence) -> str | None:
    names = [[one.name for one in specs] for specs in (ours, theirs)]
    if names[0] != names[1]:
        return f"{what} ({', '.join(names[1]) or 'none'}, not {', '.join(names[0]) or 'none'})"
    for one, other in zip(ours, theirs, strict=True):
        for key, value in one.to_plain().items():
            if value != other.to_plain()[key]:
                return f"{key} of {one.name!r}"
    return None
