"""Sensitivity: how much a map moves when the example is changed by less than anyone can see.

Uniform noise of a radius r, in units of the normalised channel, is added to the measured pixels.
The map of the changed example, by the same model, method and options (and with the same draws of
methods that draw), is compared with that of the example itself:

    max over draws of ‖map(x + δ) − map(x)‖ / ‖map(x)‖,    |δ| ≤ r in every pixel and channel,

the max-sensitivity of Yeh et al. (On the (in)fidelity and sensitivity of explanations, NeurIPS
2019), estimated from a few draws and so from below. A map may move because the prediction does:
beside it stands how far the prediction moved.
"""

import logging
from collections.abc import Callable, Hashable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from nascent.attribute.draws import stream
from nascent.attribute.inputs import CellBatch
from nascent.explain.reading.cells import ExplainedCell, choose_cells
from nascent.explain.reading.map_levels import LEVELS, agreement, ranked
from nascent.explain.statistics.cell_means import MEAN, cell_means, groups_of
from nascent.explain.statistics.sample import Sample
from nascent.files import write_table
from nascent.logs import progress
from nascent.places import has_places
from nascent.words import spoken

if TYPE_CHECKING:
    from nascent.explain.reading.inspection import Inspection

_LOGGER = logging.getLogger(__name__)

CHANGE, MEAN_CHANGE, PREDICTION = "max_change", "mean_change", "prediction"
MEASURES = (CHANGE, MEAN_CHANGE, *LEVELS, PREDICTION)
SENSITIVITY = ("radius", "draws", "measure", *MEAN)
"""Columns of a table of sensitivity."""

Explain = Callable[[np.ndarray, np.ndarray, Sequence[Hashable]], tuple[np.ndarray, np.ndarray]]
"""(images (n, S, S, C), masks (n, S, S), example ids) → (maps (n, ...), predictions (n,))."""


def map_changes(
    explain: Explain,
    image: np.ndarray,
    mask: np.ndarray,
    example_id: Hashable,
    *,
    radius: float,
    draws: int,
    seed: int,
) -> dict[str, float]:
    """Return how much the map of one example moves under small changes of its image.

    Parameters
    ----------
    explain
        The method; it must draw alike for equal example ids.
    image
        (places …, C) float32, normalised.
    mask
        (places …) bool.
    example_id
        With `seed` and the number of the draw it fixes the noise.
    radius
        Largest change, in units of the normalised channel.
    draws
        Changed images.
    seed
        Not negative.

    Returns
    -------
    dict
        `max_change`, `mean_change`: the norm of the change of the map over that of the map, its
        largest and its mean over the draws; each level of `nascent.explain.reading.map_levels`: the
        rank correlation with the map, mean over the draws; `prediction`: mean |f(x + δ) − f(x)|.
        NaN where the map is zero, and at levels where it is constant or that it lacks.
    """
    changed = [
        image + uniform_noise(mask, image.shape[-1], radius, seed, example_id, draw)
        for draw in range(draws)
    ]
    count = draws + 1
    maps, predictions = explain(
        np.stack([image, *changed]), np.repeat(mask[None], count, axis=0), [example_id] * count
    )
    own, *others = (_measured(scores, mask) for scores in maps)
    norm = np.linalg.norm(own)
    moves = [np.linalg.norm(other - own) / norm if norm > 0 else np.nan for other in others]
    ranks, *changed_ranks = (ranked(scores, mask) for scores in maps)
    alike = pd.DataFrame([agreement(ranks, other) for other in changed_ranks])
    return {
        CHANGE: float(np.max(moves)),
        MEAN_CHANGE: float(np.mean(moves)),
        **alike.mean(skipna=False).to_dict(),
        PREDICTION: float(np.abs(predictions[1:].astype(np.float64) - predictions[0]).mean()),
    }


def _measured(scores: np.ndarray, mask: np.ndarray) -> np.ndarray:
    # Maps that have channels alone are of the measured pixels anyhow.
    values = scores[mask] if has_places(scores, mask) else scores
    return values.astype(np.float64)


def uniform_noise(
    mask: np.ndarray, channels: int, radius: float, seed: int, example_id: Hashable, draw: int
) -> np.ndarray:
    """Return noise (places …, C) float32, uniform within ± radius where measured, else zero."""
    noise = np.zeros((*mask.shape, channels), np.float32)
    drawn = stream(seed, example_id, "sensitivity", draw)
    noise[mask] = drawn.uniform(-radius, radius, (int(mask.sum()), channels))
    return noise


def sensitivity_table(
    cells: Sequence[dict[str, float]],
    groups: np.ndarray,
    *,
    radius: float,
    noises: int,
    confidence: float,
    draws: int,
    seed: int,
) -> pd.DataFrame:
    """Return the mean of each measure over examples.

    Parameters
    ----------
    cells
        Of each example what `map_changes` gave.
    groups
        (n,) the examples' groups.
    radius, noises
        Of the changes.
    confidence, draws, seed
        Of the intervals, see `cell_means`.

    Returns
    -------
    pandas.DataFrame
        The columns of `SENSITIVITY`; levels that no map has are left out.
    """
    values = pd.DataFrame(cells, columns=list(MEASURES), dtype=float)
    means = cell_means(
        values.to_numpy(), groups, confidence=confidence, draws=draws, seed=seed
    ).assign(radius=radius, draws=noises, measure=MEASURES)
    lacking = means["measure"].isin(LEVELS) & (means["cells"] == 0)
    return means.loc[~lacking, list(SENSITIVITY)]


def write_sensitivity(
    inspection: "Inspection",
    cells_path: str | Path,
    out: str | Path,
    *,
    radius: float,
    noises: int,
    sample: Sample,
) -> None:
    """Write how much the maps of one model and method move under small changes of the image.

    Parameters
    ----------
    inspection
        The explanation; its maps are made anew, for those on disk are rounded.
    cells_path
        The study's table of examples, for the groups.
    out
        The columns of `SENSITIVITY`.
    radius, noises
        Of the changes, see `map_changes`.
    sample
        The examples that are tried, and the intervals over them.
    """
    chosen = choose_cells(inspection.ids, sample.cells, sample.seed)
    if inspection.explained.enters is not None:
        _LOGGER.warning(
            "the input %s enters by a layer that takes whole values, of which there are no small"
            " changes: no rows",
            inspection.source.input,
        )
        write_table(pd.DataFrame(columns=list(SENSITIVITY)), out)
        return
    method = inspection.method()

    def explain(
        cell: ExplainedCell, images: np.ndarray, masks: np.ndarray, ids: Sequence[Hashable]
    ) -> tuple[np.ndarray, np.ndarray]:
        others = {name: np.stack([value] * len(ids)) for name, value in cell.others.items()}
        attributions = method(CellBatch(images, masks, ids, others))
        return attributions.maps, attributions.prediction

    found = [
        map_changes(
            partial(explain, cell),
            *(cell.image, cell.mask, cell.id),
            radius=radius,
            draws=noises,
            seed=sample.seed,
        )
        for cell in progress(inspection.cells(chosen), total=len(chosen), what=spoken().examples)
    ]
    table = sensitivity_table(
        found,
        groups_of(cells_path, chosen),
        radius=radius,
        noises=noises,
        **sample.intervals(),
    )
    write_table(table, out)
