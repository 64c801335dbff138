"""What an example is made of: named inputs, named targets, and batches of them.

An input is an array of places and one feature axis: an image of rows, columns and channels
(`yxc`), a stack (`zyxc`), a sequence of positions and bases (`pb`), plain columns (`f`). Two kinds
of masks can belong to it. One says where a value was measured: what is normalised, noised or
removed lies there. The others are regions of the object: what is pooled over, or asked about.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Self

import numpy as np

from nascent.errors import ExampleError, did_you_mean

_NAME = re.compile(r"[A-Za-z]\w*", re.ASCII)
_AXES = re.compile(r"[a-z]+")

MEASURED = "measured"
"""Name of the mask of where values were measured; no region is called so."""
MASK = "mask"
"""Name under which a model is given the mask of the first input that has one."""
ID, GROUP = "id", "group"
"""Columns that every table of examples has: of one example, and of what is held out whole."""
ALL_INPUTS = "all"
"""Stands for all inputs together, where tables name inputs; none is called so."""
PART = "part"
"""Column of the table of all examples: the part of the raw data that an example is from."""


@dataclass(frozen=True)
class InputSpec:
    """One input of an example.

    Attributes
    ----------
    name : str
        A word: letters, digits, underscores.
    axes : str
        A letter an axis, the places first, the features last: `yxc`, `zyxc`, `pb`, `f`.
    shape : tuple of int
        Length of each axis.
    features : tuple of str
        Names on the last axis.
    measured : bool
        Whether a mask says where values were measured; without one they are everywhere.
    regions : tuple of str
        Names of the masks of the object.
    enters : str or None
        Layer of a model behind which the input is differentiable; None: the input itself is.

    Raises
    ------
    ExampleError
        Where the parts contradict each other.
    """

    name: str
    axes: str
    shape: tuple[int, ...]
    features: tuple[str, ...]
    measured: bool = False
    regions: tuple[str, ...] = ()
    enters: str | None = None

    def __post_init__(self) -> None:
        _refuse_other_words("input", [self.name])
        where = f"input {self.name!r}"
        if self.name == ALL_INPUTS:
            raise ExampleError(
                "its name stands for all inputs together", where=where, mend="Call it otherwise."
            )
        _refuse_bad_axes(self.axes, where)
        if len(self.axes) != len(self.shape):
            raise ExampleError(
                f"{len(self.axes)} axes ({self.axes}) and a shape of {len(self.shape)}"
                f" {self.shape}",
                where=where,
                mend="Give each axis one letter and one length.",
            )
        if min(self.shape) < 1:
            raise ExampleError(f"an axis has no place: shape {self.shape}", where=where)
        _refuse_doubled("feature", self.features, where)
        if len(self.features) != self.shape[-1]:
            raise ExampleError(
                f"{len(self.features)} names of features for an axis of {self.shape[-1]}",
                where=where,
                mend="Name every feature of the last axis once.",
            )
        _refuse_doubled("region", self.regions, where)
        _refuse_other_words("region", self.regions)
        if MEASURED in self.regions:
            raise ExampleError(
                f"a region is called {MEASURED!r}, which is the mask of measured values",
                where=where,
                mend="Give the region another name.",
            )
        if (self.measured or self.regions) and not self.places:
            raise ExampleError(
                "an input of columns alone has no places that a mask could tell",
                where=where,
                mend="Leave out its measured mask and regions.",
            )
        if self.enters == "":
            raise ExampleError("the layer it enters has no name", where=where)

    @property
    def places(self) -> tuple[int, ...]:
        """Shape without the feature axis: that of the masks."""
        return self.shape[:-1]

    @property
    def masks(self) -> tuple[str, ...]:
        """Names of all masks, that of measured values first."""
        return ((MEASURED,) if self.measured else ()) + self.regions

    def to_plain(self) -> dict[str, Any]:
        """Return the specification as JSON can hold it."""
        return _plain(self)

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Self:
        """Return the specification of which `to_plain` was made.

        Raises
        ------
        ExampleError
            Where a key is missing or unknown (the nearest is named).
        """
        return _from_plain(cls, plain)


@dataclass(frozen=True)
class TargetSpec:
    """One thing that is predicted of an example.

    Attributes
    ----------
    name : str
        Of the target.
    task : str
        Name of the task: regression, classes and so on.
    label : str
        The target in words, for axes and captions.
    unit : str
        Of its values; empty where they have none.
    column : str or None
        Column of the table of examples that holds it; None: an array beside the inputs does.
    axes : str
        A letter an axis of one example's value: `yx` for an image, empty for one number.
    levels : tuple of str
        Names of the classes, or of the labels of an image, in the order of their numbers.

    Raises
    ------
    ExampleError
        Where the parts contradict each other.
    """

    name: str
    task: str
    label: str
    unit: str
    column: str | None
    axes: str = ""
    levels: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for what in ("name", "task"):
            if not getattr(self, what):
                raise ExampleError(f"a target without a {what}", where=f"target {self.name!r}")
        where = f"target {self.name!r}"
        if self.axes:
            _refuse_bad_axes(self.axes, where)
        if self.column == "":
            raise ExampleError("its column has no name", where=where)
        if self.column is not None and self.axes:
            raise ExampleError(
                f"its values have axes ({self.axes}), and a column of a table holds one value each",
                where=where,
                mend="Keep it as an array: give no column.",
            )
        _refuse_doubled("level", self.levels, where)
        if len(self.levels) == 1:
            raise ExampleError(
                f"its only level is {self.levels[0]!r}",
                where=where,
                mend="Give two levels at least, or none for numbers.",
            )

    def unworded(self) -> Self:
        """Return the target without words for people: its label is its name, and it has no unit."""
        return replace(self, label=self.name, unit="")

    def to_plain(self) -> dict[str, Any]:
        """Return the specification as JSON can hold it."""
        return _plain(self)

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Self:
        """Return the specification of which `to_plain` was made.

        Raises
        ------
        ExampleError
            Where a key is missing or unknown (the nearest is named).
        """
        return _from_plain(cls, plain)


@dataclass(frozen=True)
class Batch:
    """Some examples, as models get them.

    Attributes
    ----------
    inputs : dict
        Name → (n, …).
    targets : dict
        Name → (n, …).
    weights : dict
        Name of a target → (n,), or the shape of the target; 0 where the target is missing.
    ids
        (n,), one an example.

    Raises
    ------
    ExampleError
        Where the parts are of different numbers of examples, or a weight is of no target.
    """

    inputs: dict[str, Any]
    targets: dict[str, Any]
    weights: dict[str, Any]
    ids: Any

    def __post_init__(self) -> None:
        for what, arrays in (
            ("input", self.inputs),
            ("target", self.targets),
            ("weight of", self.weights),
        ):
            for name, values in arrays.items():
                if len(values) != len(self):
                    raise ExampleError(
                        f"{len(values)} values for {len(self)} examples", where=f"{what} {name!r}"
                    )
        for name, weight in self.weights.items():
            if name not in self.targets:
                raise ExampleError(
                    f"there is no target {name!r} to weigh",
                    where="batch",
                    mend=did_you_mean(name, self.targets),
                )
            shape = np.shape(self.targets[name])
            if np.shape(weight) not in (shape[:1], shape):
                raise ExampleError(
                    f"weights of shape {np.shape(weight)} for values of shape {shape}",
                    where=f"weight of {name!r}",
                    mend="Give one an example, or one a value.",
                )

    def __len__(self) -> int:
        """Return the number of examples."""
        return len(self.ids)


def image_input(
    size: int, channels: int | Sequence[str], *, name: str = "image", region: str = "object"
) -> InputSpec:
    """Return the input of square images of objects that are measured in their own pixels alone.

    Parameters
    ----------
    size
        Edge S of an image, in pixels.
    channels
        Names in the order of the last axis, or how many there are.
    name
        Of the input.
    region
        Name of the object, whose mask is that of the measured values.
    """
    names = range(channels) if isinstance(channels, int) else channels
    shape = (size, size, len(names))
    return InputSpec(name, "yxc", shape, tuple(map(str, names)), measured=True, regions=(region,))


def column_target(
    column: str, task: str = "regression", *, levels: Sequence[str] = ()
) -> TargetSpec:
    """Return the target that is a column of the table of examples, called by its name."""
    return TargetSpec(column, task, column, "", column, levels=tuple(levels))


def mask_inputs(inputs: Sequence[InputSpec]) -> dict[str, str]:
    """Return input → name under which a model is given the mask of its object.

    The mask is that of the first region, or of the measured values where there is no region;
    inputs without masks are left out. The first mask is called `mask`, others after their input.
    """
    masked = [one.name for one in inputs if one.masks]
    return {name: f"{name}_{MASK}" if number else MASK for number, name in enumerate(masked)}


def refuse_doubled_names(inputs: Sequence[InputSpec], targets: Sequence[TargetSpec]) -> None:
    """Raise ExampleError where two inputs or targets have one name."""
    _refuse_doubled("name of inputs and targets", [one.name for one in [*inputs, *targets]], None)


def _refuse_bad_axes(axes: str, where: str) -> None:
    if not _AXES.fullmatch(axes) or len(set(axes)) < len(axes):
        raise ExampleError(
            f"axes {axes!r} are not one small letter each, all different",
            where=where,
            mend="Like `yxc`: places first, features last.",
        )


def _refuse_doubled(what: str, names: Iterable[str], where: str | None) -> None:
    seen: set[str] = set()
    for name in names:
        if not name or name in seen:
            said = f"the {what} {name!r} comes twice" if name else f"a {what} is empty"
            raise ExampleError(said, where=where, mend="Give each its own name.")
        seen.add(name)


def _refuse_other_words(what: str, names: Iterable[str]) -> None:
    for name in names:
        if not _NAME.fullmatch(name):
            raise ExampleError(
                f"the {what} is called {name!r}",
                mend="Use letters, digits and underscores, a letter first.",
            )


def _plain(spec: InputSpec | TargetSpec) -> dict[str, Any]:
    return {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in asdict(spec).items()
    }


def _from_plain(cls: type, plain: Mapping[str, Any]) -> Any:
    known = {field.name: field for field in fields(cls)}
    for key in plain:
        if key not in known:
            raise ExampleError(
                f"there is no key {key!r}", where=cls.__name__, mend=did_you_mean(key, known)
            )
    values = {
        key: tuple(value) if isinstance(value, list) else value for key, value in plain.items()
    }
    try:
        return cls(**values)
    except TypeError as error:
        raise ExampleError(f"a key is missing ({error})", where=cls.__name__) from error
