"""One nucleus, from its structures to the counts of every channel."""

import numpy as np

from nascent.kinds.cells.simulate.biology import BRIGHTNESS_SPREAD, Perturbation
from nascent.kinds.cells.simulate.intensities import (
    CHANNELS,
    PROBABILITY_MAPS,
    digitised,
    exposed,
    with_mean,
)
from nascent.kinds.cells.simulate.markers import lit, patterns, probability_map
from nascent.kinds.cells.simulate.population import Nucleus
from nascent.kinds.cells.simulate.published import CALIBRATIONS, TARGET, TARGET_BACKGROUND
from nascent.kinds.cells.simulate.structures import draw_structures
from nascent.kinds.cells.simulate.textures import Textures, scattered
from nascent.kinds.cells.simulate.truth import Plan, as_flags, brightness_of, rates


def render(
    nucleus: Nucleus,
    channels: tuple[str, ...],
    plan: Plan,
    effect: Perturbation,
    stain: np.ndarray,
    textures: Textures,
    scale: float,
) -> tuple[np.ndarray, np.ndarray, tuple[float, float]]:
    """Render a nucleus.

    After rendering, each channel's nuclear mean is what was drawn for it, so that structure does
    not leak into means; the target's is the rate, to within rounding over all its pixels.

    Parameters
    ----------
    stain
        (38,) factors of the well on the light of each channel.

    Returns
    -------
    counts : numpy.ndarray
        (C, P) int32.
    causal : numpy.ndarray
        (P,) uint8, in which parts that show what sets the rate a pixel lies
        (`nascent.kinds.cells.simulate.truth.as_flags`); 0 for pixels that do not show it.
    rates : tuple of float
        Planted without noise, and shown; the latter as it can be measured from the counts.
    """
    cell, rng = nucleus.cell, nucleus.rng
    brightness = brightness_of(cell, plan, effect)
    planted, shown = rates(cell, brightness, plan)
    structures = draw_structures(nucleus.outline, cell, effect, textures, scale, rng)
    grains = scattered(textures.grain, nucleus.rows, nucleus.columns, len(channels), rng)
    counts = np.empty(grains.shape, np.int32)

    stained = tuple(name for name in channels if name not in PROBABILITY_MAPS)
    rows = [channels.index(name) for name in stained]
    known = [CHANNELS.index(name) for name in stained]
    pattern = patterns(stained, structures, grains[rows], effect)
    relative = 1 + BRIGHTNESS_SPREAD * brightness[known]
    gain = (cell.exposure * stain)[known]
    # The target's light is the rate: neither staining nor a spread of its own.
    relative[stained.index(TARGET)] = 1.0
    gain[stained.index(TARGET)] = (shown - TARGET_BACKGROUND) / CALIBRATIONS[TARGET].mean
    light = lit(stained, pattern, cell, relative, gain, rng)
    read_noise = np.array([[CALIBRATIONS[name].read_noise] for name in stained], np.float32)
    offsets = np.array([[CALIBRATIONS[name].offset] for name in stained], np.float32)
    counts[rows] = digitised(exposed(light, read_noise, rng) + offsets)
    for name in channels:
        row = channels.index(name)
        if name in PROBABILITY_MAPS:
            counts[row] = digitised(probability_map(name, structures, grains[row], rng))
    target = channels.index(TARGET)
    counts[target] = with_mean(counts[target], shown, rng)
    shown = float(counts[target].mean(dtype=np.float64))
    by_mean = plan.truth == "intensity"
    parts = np.append(structures.causal & (not by_mean), [np.full(nucleus.x.size, by_mean)], axis=0)
    return counts, as_flags(parts), (planted, shown)
