"""The planted transcription rate: what sets it, and the file that tells."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from nascent.errors import ConfigError, StoreError, did_you_mean
from nascent.hdf5 import hdf5_written, open_hdf5
from nascent.kinds.cells.simulate import structures
from nascent.kinds.cells.simulate.biology import BRIGHTNESS_SHARED, Cell, Perturbation
from nascent.kinds.cells.simulate.intensities import CHANNELS, TARGET_FLOOR, TARGET_MEAN, TARGET_SD
from nascent.kinds.cells.simulate.markers import causal_channels, parts_shown

TRUTHS = ("structure", "intensity", "both")

INTENSITY_WEIGHTS: Mapping[str, float] = MappingProxyType(
    {"10_POL2RA_pS2": 0.60, "03_CDK9": 0.50, "09_SRRM2": 0.45, "21_NCL": -0.40}
)
"""Weights of nuclear means in the rate under `truth: intensity`, in SDs of each channel."""

PARTS = (*structures.PARTS, "nucleus")
"""What causal pixels are part of: a speckle, a polymerase focus; the nucleus where means set the
rate."""

FORMAT = "nascent-truth"


@dataclass(frozen=True)
class Plan:
    """How the rate of a well's nuclei is planted.

    Attributes
    ----------
    truth
        structure, intensity or both.
    causal_channels
        Channels that show what sets the rate.
    weights
        (38,) weights of the brightness deviations, scaled so that their sum has SD 1 over control
        cells; zero under `structure`.
    noise
        Share of the target's variance that nothing shows.
    well_shift
        Counts by which the well's staining batch moves the target.
    """

    truth: str
    causal_channels: tuple[str, ...]
    weights: np.ndarray
    noise: float
    well_shift: float

    @property
    def shown_by(self) -> dict[str, tuple[str, ...]]:
        """Causal channel → the parts of the causal pixels that it shows.

        Under `both`, channels whose mean alone sets the rate show no causal pixel.
        """
        if self.truth == "intensity":
            return dict.fromkeys(self.causal_channels, ("nucleus",))
        return {name: parts_shown(name) for name in self.causal_channels}


@dataclass(frozen=True)
class Truth:
    """What was planted in one well.

    Attributes
    ----------
    id, mapobject_id
        (n,) int64.
    target_planted
        (n,) float64: the rate that what is visible stands for, counts; without noise and without
        the shift of the well.
    target
        (n,) float64: the rate shown, counts.
    causal_channels
        Channels that show what sets the rate.
    offsets, x, y
        Nucleus i's causal pixels are `x[offsets[i]:offsets[i + 1]]` and the same of `y`, in the
        coordinates of the raw well. Under `intensity` they are all its measured pixels.
    parts
        (m,) uint8, of each causal pixel: bit i says whether it is in part i of `PARTS`.
    shown_by
        Causal channel → parts that it shows.
    attributes
        truth, seed, noise, well_shift (counts), provenance.
    """

    id: np.ndarray
    mapobject_id: np.ndarray
    target_planted: np.ndarray
    target: np.ndarray
    causal_channels: tuple[str, ...]
    offsets: np.ndarray
    x: np.ndarray
    y: np.ndarray
    parts: np.ndarray
    shown_by: Mapping[str, tuple[str, ...]]
    attributes: Mapping[str, Any]

    def pixels(
        self, i: int, channels: Collection[str] | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return x and y of the causal pixels of nucleus `i`, or of those that channels show."""
        span = slice(self.offsets[i], self.offsets[i + 1])
        x, y = self.x[span], self.y[span]
        if channels is None:
            return x, y
        shown = {part for name in channels for part in self.shown_by.get(name, ())}
        within = self.parts[span] & as_flags(np.array([[part in shown] for part in PARTS])) > 0
        return x[within], y[within]


def as_flags(parts: np.ndarray) -> np.ndarray:
    """Return (m,) uint8 whose bit i is row i of `parts`, (len(PARTS), m) bool."""
    return (parts.T << np.arange(len(parts))).sum(axis=1).astype(np.uint8)


def draw_plan(
    truth: str,
    channels: Sequence[str],
    *,
    noise: float,
    well_effect: float,
    rng: np.random.Generator,
) -> Plan:
    """Decide what sets the rate in a well.

    Raises
    ------
    ConfigError
        Where the kind of truth is unknown, the noise is no share, or no channel could show it.
    """
    if truth not in TRUTHS:
        raise ConfigError(
            f"there is no truth {truth!r}", where="simulate.truth", mend=did_you_mean(truth, TRUTHS)
        )
    if not 0 <= noise <= 1:
        raise ConfigError(
            f"{noise} is no share", where="simulate.noise", mend="Give a number from 0 to 1."
        )
    draw = float(rng.standard_normal())
    shift = TARGET_SD * well_effect * draw if well_effect else 0.0
    by_structure = causal_channels(tuple(channels)) if truth != "intensity" else ()
    by_mean = tuple(name for name in channels if name in INTENSITY_WEIGHTS)
    by_mean = by_mean if truth != "structure" else ()
    for wanted, found, known in (
        (truth != "intensity", by_structure, causal_channels(CHANNELS)),
        (truth != "structure", by_mean, tuple(INTENSITY_WEIGHTS)),
    ):
        if wanted and not found:
            raise ConfigError(
                f"no channel shows the rate under truth {truth!r}",
                where="simulate.channels",
                mend=f"Add one of {', '.join(known)}.",
            )
    causal = tuple(name for name in channels if name in by_structure or name in by_mean)
    return Plan(truth, causal, _standardised(by_mean), noise, shift)


def _standardised(names: Sequence[str]) -> np.ndarray:
    weights = np.array([INTENSITY_WEIGHTS[c] if c in names else 0.0 for c in CHANNELS])
    # Deviations of two channels of a cell correlate by BRIGHTNESS_SHARED.
    variance = (1 - BRIGHTNESS_SHARED) * (weights**2).sum() + BRIGHTNESS_SHARED * weights.sum() ** 2
    return weights / np.sqrt(variance) if names else weights


def brightness_of(cell: Cell, plan: Plan, effect: Perturbation) -> np.ndarray:
    """Return the cell's brightness deviations (38,), moved by the drug where they set the rate.

    Structures carry the drug's effect under every truth; under `structure` the means carry none.
    """
    squares = (plan.weights**2).sum()
    if plan.truth == "structure" or squares == 0:
        return cell.brightness
    # Under `both` the sum of two equal shifts over √2 must again be the drug's shift.
    shift = effect.rate_shift * (np.sqrt(2) - 1 if plan.truth == "both" else 1)
    return cell.brightness + shift * plan.weights / squares


def rates(cell: Cell, brightness: np.ndarray, plan: Plan) -> tuple[float, float]:
    """Return the planted rate without noise, and the rate that is shown; counts.

    rate = 377 + 61 (√(1 - noise) signal + √noise ε) + well shift, where the signal has SD 1 over
    control cells: the transcriptional state, a weighted sum of nuclear means, or both over √2.
    """
    by_mean = float(brightness @ plan.weights)
    signal = {
        "structure": cell.structure,
        "intensity": by_mean,
        "both": (cell.structure + by_mean) / np.sqrt(2),
    }[plan.truth]
    planted = TARGET_MEAN + TARGET_SD * np.sqrt(1 - plan.noise) * signal
    shown = planted + TARGET_SD * np.sqrt(plan.noise) * cell.deviation + plan.well_shift
    return max(planted, TARGET_FLOOR), max(shown, TARGET_FLOOR)


def write_truth(truth: Truth, path: str | Path) -> None:
    """Write what was planted in a well as HDF5."""
    with hdf5_written(path) as (file, _):
        for name in ("id", "mapobject_id", "target_planted", "target", "offsets"):
            file.create_dataset(name, data=getattr(truth, name))
        for name, kind in (("x", np.uint16), ("y", np.uint16), ("parts", np.uint8)):
            values = getattr(truth, name).astype(kind)
            file.create_dataset(name, data=values, compression="gzip", shuffle=True)
        file.attrs["format"] = FORMAT
        file.attrs["causal_channels"] = list(truth.causal_channels)
        file.attrs["parts"] = list(PARTS)
        file.attrs["shown_by"] = json.dumps(truth.shown_by)
        for name, value in truth.attributes.items():
            file.attrs[name] = json.dumps(value, sort_keys=True) if name == "provenance" else value


def read_truth(path: str | Path) -> Truth:
    """Read what was planted in a well.

    Raises
    ------
    StoreError
        Where the file is missing, truncated, no truth file, or of a version that did not tell
        the parts of causal pixels.
    """
    with open_hdf5(path) as file:
        if file.attrs.get("format") != FORMAT:
            raise StoreError("this is no truth file of a simulated well", where=path)
        attributes = {
            name: value.item() if isinstance(value, np.generic) else value
            for name, value in file.attrs.items()
            if name not in ("format", "causal_channels", "parts", "shown_by")
        }
        attributes["provenance"] = json.loads(attributes["provenance"])
        if "parts" not in file:
            raise StoreError(
                "this truth file does not tell which part of a nucleus a causal pixel is in",
                where=path,
                mend="Delete it and simulate the well again.",
            )
        shown_by = json.loads(file.attrs["shown_by"])
        columns = ("id", "mapobject_id", "target_planted", "target", "offsets", "x", "y")
        return Truth(
            **{name: file[name][:] for name in (*columns, "parts")},
            shown_by={name: tuple(parts) for name, parts in shown_by.items()},
            causal_channels=tuple(str(name) for name in file.attrs["causal_channels"]),
            attributes=attributes,
        )
