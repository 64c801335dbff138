"""Which structures each channel stains, and how one nucleus' channels are painted from them."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from nascent.kinds.cells.simulate.biology import Cell, Perturbation
from nascent.kinds.cells.simulate.intensities import PROBABILITY_MAPS, SATURATION
from nascent.kinds.cells.simulate.published import CALIBRATIONS, TARGET
from nascent.kinds.cells.simulate.structures import PARTS, STRUCTURES, Structures


@dataclass(frozen=True)
class Marker:
    """A channel's share in each structure, and its own granularity.

    `stains` maps structures to weights (the pattern is their sum); `void` is how much nucleoli
    exclude it, 0 to 1; `grain` the SD of the logarithm of its own fine clusters.
    """

    stains: Mapping[str, float]
    void: float = 0.0
    grain: float = 0.2


def _marker(void: float = 0.0, grain: float = 0.2, **stains: float) -> Marker:
    return Marker(MappingProxyType(stains), void, grain)


MARKERS: Mapping[str, Marker] = MappingProxyType(
    {
        "00_DAPI": _marker(chromatin=0.7, body=0.4, grain=0.06),
        "07_H2B": _marker(chromatin=0.8, body=0.3, grain=0.08),
        "01_CDK9_pT186": _marker(euchromatin=0.4, body=0.2, elongation=2.5, void=0.8, grain=0.3),
        "03_CDK9": _marker(euchromatin=0.6, body=0.3, void=0.6, grain=0.5),
        "05_GTF2B": _marker(euchromatin=0.7, body=0.4, void=0.5, grain=0.25),
        "07_SETD1A": _marker(euchromatin=0.7, pool=0.2, void=0.6, grain=0.7),
        "08_H3K4me3": _marker(euchromatin=0.9, pool=0.1, void=0.8, grain=0.4),
        "09_SRRM2": _marker(pool=0.25, euchromatin=0.15, speckles=7.0, void=0.5, grain=0.2),
        "10_H3K27ac": _marker(euchromatin=1.0, void=0.85, grain=0.35),
        "11_KPNA2_MAX": _marker(body=0.9, rim=0.25, void=0.2, grain=0.2),
        "12_RB1_pS807_S811": _marker(euchromatin=0.6, body=0.4, void=0.5, grain=0.3),
        "13_PABPN1": _marker(euchromatin=0.45, body=0.3, speckles=1.3, void=0.8, grain=0.15),
        "14_PCNA": _marker(euchromatin=0.6, body=0.3, replication=1.6, void=0.6, grain=0.2),
        "15_SON": _marker(pool=0.12, euchromatin=0.08, speckles=7.0, void=0.5, grain=0.2),
        "16_H3": _marker(chromatin=0.9, body=0.1, grain=0.15),
        "17_HDAC3": _marker(euchromatin=0.4, body=0.6, void=0.5, grain=0.15),
        "19_KPNA1_MAX": _marker(body=0.8, rim=0.35, void=0.15, grain=0.15),
        "20_SP100": _marker(pool=0.06, euchromatin=0.06, pml=9.0, void=0.5, grain=0.3),
        "21_NCL": _marker(pool=0.3, euchromatin=0.2, nucleoli=3.0, grain=0.15),
        "01_PABPC1": _marker(haze=0.9, rim=0.3, void=0.4, grain=0.4),
        "02_CDK7": _marker(euchromatin=0.7, body=0.2, void=0.7, grain=0.3),
        "03_RPS6": _marker(haze=0.8, nucleoli=0.9, grain=0.2),
        "05_Sm": _marker(euchromatin=0.6, body=0.3, cajal=2.0, void=0.7, grain=0.25),
        "07_POLR2A": _marker(euchromatin=0.35, pool=0.15, foci=4.0, void=0.9, grain=0.12),
        "09_CCNT1": _marker(euchromatin=0.8, body=0.2, void=0.7, grain=0.4),
        "10_POL2RA_pS2": _marker(euchromatin=0.35, body=0.35, elongation=2.2, void=0.85, grain=0.1),
        "11_PML": _marker(pool=0.25, euchromatin=0.15, pml=9.0, void=0.3, grain=0.3),
        "12_YAP1": _marker(body=0.9, pool=0.1, void=0.45, grain=0.25),
        "13_POL2RA_pS5": _marker(euchromatin=0.3, body=0.5, initiation=1.8, void=0.8, grain=0.1),
        "15_U2SNRNPB": _marker(
            euchromatin=0.4, body=0.4, speckles=1.2, cajal=1.5, void=0.7, grain=0.12
        ),
        "18_NONO": _marker(euchromatin=0.6, body=0.4, void=0.6, grain=0.25),
        "20_ALYREF": _marker(euchromatin=0.8, body=0.2, void=0.8, grain=0.25),
        "21_COIL": _marker(pool=0.5, euchromatin=0.4, cajal=12.0, void=0.3, grain=0.35),
        "00_BG488": _marker(haze=0.8, body=0.3, grain=0.3),
        "00_BG568": _marker(haze=1.0, grain=0.3),
        TARGET: _marker(euchromatin=0.6, body=0.2, nucleoli=1.3, grain=0.2),
    }
)

AMPLITUDE_SPREAD = 0.06
"""SD of the logarithm of a pattern's strength between cells, free of the nuclear mean."""
_MAP_SPREAD = 0.2
_MAP_EDGE = 0.6
_MAP_TOP = 0.9


def causal_channels(channels: tuple[str, ...]) -> tuple[str, ...]:
    """Return those of `channels` that stain speckles or polymerase foci, in order."""
    return tuple(name for name in channels if parts_shown(name))


def parts_shown(channel: str) -> tuple[str, ...]:
    """Return the parts (`nascent.kinds.cells.simulate.structures.PARTS`) that a channel stains."""
    if channel in PROBABILITY_MAPS:
        return ("speckles",)
    stains = MARKERS[channel].stains
    return tuple(part for part, fields in PARTS.items() if not stains.keys().isdisjoint(fields))


def weights(channels: tuple[str, ...]) -> np.ndarray:
    """Return the weights of the structures, (len(channels), len(STRUCTURES)) float32."""
    table = np.zeros((len(channels), len(STRUCTURES)), np.float32)
    for row, name in enumerate(channels):
        for part, weight in MARKERS[name].stains.items():
            table[row, STRUCTURES.index(part)] = weight
    return table


def patterns(
    channels: tuple[str, ...],
    structures: Structures,
    grains: np.ndarray,
    effect: Perturbation,
) -> np.ndarray:
    """Paint stained channels: mean 1 over the measured pixels, (len(channels), P) float32.

    Parameters
    ----------
    grains
        (len(channels), P) float32, each channel's own texture, SD 1.
    """
    table = weights(channels)
    if TARGET in channels:
        column = STRUCTURES.index("nucleoli")
        table[channels.index(TARGET), column] *= effect.nucleolar_rna
    painted = table @ structures.fields
    voids = np.array([MARKERS[name].void for name in channels], np.float32)[:, None]
    strengths = np.array([MARKERS[name].grain for name in channels], np.float32)[:, None]
    contrast = np.array([CALIBRATIONS[name].contrast for name in channels], np.float32)[:, None]
    painted *= 1 - voids * structures.fields[STRUCTURES.index("nucleoli")]
    # exp(contrast * log) is the power, with the grain added to the exponent for free.
    np.log(np.maximum(painted, 1e-3, out=painted), out=painted)
    painted += strengths * grains
    painted *= contrast
    np.exp(painted, out=painted)
    painted /= painted.mean(axis=1, keepdims=True)
    return painted


def lit(
    channels: tuple[str, ...],
    pattern: np.ndarray,
    cell: Cell,
    relative_mean: np.ndarray,
    stain: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """Give each channel its light: counts above background, (len(channels), P) float32.

    A cell's nuclear mean varies by its diffuse pool, its pattern by a strength of its own, so that
    the contrast within a nucleus does not tell its mean.

    Parameters
    ----------
    relative_mean
        (len(channels),) the nuclear mean as a share of the calibration's.
    stain
        (len(channels),) factors of phase, drug and well on all light of the channel.
    """
    means = np.array([CALIBRATIONS[name].rendered_mean for name in channels])
    strength = np.exp(rng.normal(0, AMPLITUDE_SPREAD, len(channels)))
    light = (pattern - 1) * (means * stain * strength)[:, None].astype(np.float32)
    light += (means * stain * relative_mean)[:, None].astype(np.float32)
    return light


def probability_map(
    name: str, structures: Structures, grain: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Render what a pixel classifier of speckles would say: (P,) float32, 0 to 65535.

    Its nuclear mean, and so the area it calls speckle, is drawn independently of the state.
    """
    mean = CALIBRATIONS[name].mean * float(np.clip(rng.normal(1, _MAP_SPREAD), 0.4, 1.6))
    # The logarithm falls off smoothly around a speckle: a larger share widens its outline.
    speckles = structures.fields[STRUCTURES.index("speckles")]
    evidence = np.log(speckles + np.float32(1e-4)) + 0.05 * grain
    level = np.quantile(evidence, 1 - mean / (_MAP_TOP * SATURATION))
    doubt = np.clip((level - evidence) / _MAP_EDGE, -30, 30)
    certainty = _MAP_TOP * (1 - 0.05 * np.abs(grain))
    shown = (SATURATION * certainty / (1 + np.exp(doubt))).astype(np.float32)
    for _ in range(4):
        shown = np.minimum(shown * np.float32(mean / shown.mean()), np.float32(SATURATION))
    return shown
