"""What a cell is doing: its phase, its drug, and how much of each marker it holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from nascent.errors import ConfigError, did_you_mean
from nascent.kinds.cells.simulate.intensities import CHANNELS

PHASES = ("G1", "S", "G2")
PHASE_SHARES = (0.559, 0.289, 0.152)
"""Shares of 3,703 control cells of the published plate."""

# Content doubles from G1 to G2 while the area grows by about half: DNA stays a little brighter.
PHASE_AREA = MappingProxyType({"G1": 0.87, "S": 1.08, "G2": 1.33})
_AREA_SPREAD = 0.22
_GIANT_SHARE = 0.012
_GIANT_AREA = 2.1
_MEAN_RELATIVE_AREA = sum(
    share * PHASE_AREA[phase] for phase, share in zip(PHASES, PHASE_SHARES, strict=True)
) * (1 + _GIANT_SHARE * (_GIANT_AREA - 1))

_PHASE_BRIGHTNESS: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "G1": {"14_PCNA": 0.75, "12_RB1_pS807_S811": 0.80, "00_DAPI": 0.95, "07_H2B": 0.95},
        "S": {"14_PCNA": 1.45, "12_RB1_pS807_S811": 1.20, "00_DAPI": 1.02, "07_H2B": 1.02},
        "G2": {"14_PCNA": 1.05, "12_RB1_pS807_S811": 1.35, "00_DAPI": 1.16, "07_H2B": 1.15},
    }
)

BRIGHTNESS_SPREAD = 0.18
"""SD of a channel's nuclear mean between cells, as a share of its mean."""
BRIGHTNESS_SHARED = 0.3
"""Share of that variance common to all channels of a cell."""
_MOST = 3.0
"""Cells farther from the mean than this many SDs are drawn in."""


@dataclass(frozen=True)
class Perturbation:
    """What a compound does to a nucleus.

    `rate_shift` is in SDs of the control cells' rate; `duration` in minutes (NaN: none);
    `nucleolar_area` and `nucleolar_count` are factors; `nucleolar_rna` the factor on EU in
    nucleoli, which falls where polymerase I is stopped; `brightness` a factor a channel.
    """

    duration: float = float("nan")
    rate_shift: float = 0.0
    nucleolar_area: float = 1.0
    nucleolar_count: float = 1.0
    nucleolar_rna: float = 1.0
    brightness: Mapping[str, float] = field(default_factory=dict)


PERTURBATIONS: Mapping[str, Perturbation] = MappingProxyType(
    {
        "normal": Perturbation(),
        "DMSO": Perturbation(duration=120),
        "TSA": Perturbation(duration=30, brightness={"10_H3K27ac": 1.9}),
        "CX5461": Perturbation(
            120, -0.9, nucleolar_area=0.5, nucleolar_count=0.6, nucleolar_rna=0.15
        ),
        "AZD4573": Perturbation(120, -2.8, nucleolar_area=0.8),
        "Triptolide": Perturbation(120, -2.6, nucleolar_area=0.6, nucleolar_rna=0.3),
        "Meayamycin": Perturbation(120, -1.8),
    }
)


def perturbation(name: str | None) -> Perturbation:
    """Return a compound by name, in any case; None and "" stand for untreated cells.

    Raises
    ------
    ConfigError
        Where the simulator does not know it.
    """
    if not name:
        return PERTURBATIONS["normal"]
    folded = {known.casefold(): effect for known, effect in PERTURBATIONS.items()}
    folded["unperturbed"] = folded["normal"]
    if name.casefold() not in folded:
        raise ConfigError(
            f"the simulator knows no perturbation {name!r}",
            where="wells table, column perturbation",
            mend=did_you_mean(name, PERTURBATIONS),
        )
    return folded[name.casefold()]


@dataclass(frozen=True)
class Cell:
    """A cell before it is seen.

    `structure` is its transcriptional state as the arrangement of speckles and polymerase foci
    shows it, in SDs of control cells; `brightness` (38,) the nuclear mean of each channel relative
    to the calibration, as deviations in SDs; `exposure` (38,) the factors of phase and drug on
    them; `deviation` standard normal: the part of its rate that nothing shows.
    """

    phase: str
    area: float
    structure: float
    brightness: np.ndarray
    exposure: np.ndarray
    deviation: float


def draw_cell(mean_area: float, effect: Perturbation, rng: np.random.Generator) -> Cell:
    """Draw a cell; all that is drawn here is independent of how many channels are rendered."""
    phase = PHASES[rng.choice(len(PHASES), p=PHASE_SHARES)]
    spread = np.exp(rng.normal(-(_AREA_SPREAD**2) / 2, _AREA_SPREAD))
    giant = _GIANT_AREA if rng.random() < _GIANT_SHARE else 1.0
    relative = np.clip(PHASE_AREA[phase] / _MEAN_RELATIVE_AREA * spread * giant, 0.33, 3.5)
    structure = float(np.clip(rng.standard_normal(), -_MOST, _MOST)) + effect.rate_shift
    own = rng.standard_normal(len(CHANNELS))
    shared = rng.standard_normal()
    brightness = np.sqrt(BRIGHTNESS_SHARED) * shared + np.sqrt(1 - BRIGHTNESS_SHARED) * own
    factors = [
        _PHASE_BRIGHTNESS[phase].get(name, 1.0) * effect.brightness.get(name, 1.0)
        for name in CHANNELS
    ]
    return Cell(
        phase=phase,
        area=float(mean_area * relative),
        structure=structure,
        brightness=np.clip(brightness, -_MOST, _MOST),
        exposure=np.array(factors),
        deviation=float(rng.standard_normal()),
    )
