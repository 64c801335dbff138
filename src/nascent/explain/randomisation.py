"""Randomised weights: does a map say anything of what the model has learnt?

The layers of a trained model are given untrained weights, one after the other from the output to
the input, and the maps of a sample of cells are made anew after each (Adebayo et al.: Sanity checks
for saliency maps, NeurIPS 2018). A map that stays what it was shows the image and not the model: an
edge detector would pass for an explanation. Two references stand beside the stages: the maps made
anew of the model as it is, and the magnitude of the image itself, which tells how much of a map's
order is known to whoever has seen no model at all.

Every cell sees one of several draws of weights: cells that share a draw are alike, and only other
draws tell what is an accident of one.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path

import keras
import numpy as np
import pandas as pd

from nascent.attribute.inputs import CellBatch
from nascent.explain.agreement import agreement_of_maps
from nascent.explain.cell_means import MEAN, cell_means, wells_of
from nascent.explain.cells import ExplainedCell, choose_cells
from nascent.explain.dependence import SURVIVES, TARGETS, VERDICTS, WEIGHTS
from nascent.explain.inspection import Inspection
from nascent.explain.map_levels import LEVELS, agreement, ranked
from nascent.explain.redraw import cascade
from nascent.files import write_table
from nascent.logs import progress
from nascent.statistics.verdict import cannot_tell, side

ORIGINAL, IMAGE = "original", "image"
STAGE = ("stage", "number", "layer", "share")
RANDOMISATION = (*STAGE, "level", *MEAN, "draws", "least_draw", "largest_draw", "verdict")
"""Columns of a table of randomisation."""

CELLS_AT_A_TIME = 8
"""Cells whose new maps wait in memory together."""

Remake = Callable[[Iterable[ExplainedCell]], Iterator[np.ndarray]]
"""Cells → the map of each, by the model with the weights that it has now."""


def collapse(
    model: keras.Model,
    cells: Callable[[], Iterable[ExplainedCell]],
    remake: Remake,
    *,
    stages: int,
    stream: np.random.Generator,
) -> pd.DataFrame:
    """Return how far the maps of some cells agree with those of ever more random models.

    Parameters
    ----------
    model
        As trained; while this runs its weights are others.
    cells
        Gives the cells, as often as asked.
    remake
        The method.
    stages
        Most stages of the cascade, see `nascent.explain.redraw.cascade`.
    stream
        Of the weights: one draw.

    Returns
    -------
    pandas.DataFrame
        A row a cell and stage: `cell_id`, `stage` (`original`, `weights`, `image`), `number` (of
        the stage of weights, 0 for the others), `layer` down to which weights are redrawn, their
        `share` of all, and the rank correlation at each level.
    """
    rows = []

    def compare(stage: tuple, maps: Iterable[np.ndarray]) -> None:
        rows.extend(
            (cell.cell_id, *stage, *_alike(cell, scores).values())
            for cell, scores in zip(cells(), maps, strict=True)
        )

    compare((ORIGINAL, 0, "", 0.0), remake(cells()))
    for stage in cascade(model, stages, stream):
        compare((WEIGHTS, stage.number, stage.layer, stage.weights), remake(cells()))
    compare((IMAGE, 0, "", np.nan), (cell.image for cell in cells()))
    return pd.DataFrame(rows, columns=["cell_id", *STAGE, *LEVELS])


def _alike(cell: ExplainedCell, scores: np.ndarray) -> dict[str, float]:
    return agreement(ranked(cell.map, cell.mask), ranked(scores, cell.mask))


def randomisation_table(
    rows: pd.DataFrame, wells: pd.Series, *, confidence: float, draws: int, seed: int
) -> pd.DataFrame:
    """Return the mean agreement at each stage and level, and whether maps survive.

    Parameters
    ----------
    rows
        As `collapse` gives them, with a column `draw` of weights; each cell once a stage.
    wells
        Of the cells, by cell id.
    confidence, draws, seed
        Of the intervals, see `cell_means`.

    Returns
    -------
    pandas.DataFrame
        The columns of `RANDOMISATION`: `draws` of the weights with the least and the largest of
        their means. The last stage of weights, and `targets`, have a verdict. Levels that the maps
        lack are left out.
    """
    tables = []
    for stage, part in rows.groupby(list(STAGE), sort=False, dropna=False):
        means = cell_means(
            part[list(LEVELS)].to_numpy(float),
            wells.loc[part["cell_id"]].to_numpy(),
            confidence=confidence,
            draws=draws,
            seed=seed,
        )
        of_draws = part.groupby("draw")[list(LEVELS)].mean()
        means = means.assign(
            **dict(zip(STAGE, stage, strict=True)),
            level=LEVELS,
            draws=of_draws.count().to_numpy(),
            least_draw=of_draws.min().to_numpy(),
            largest_draw=of_draws.max().to_numpy(),
        )
        tables.append(means[means["cells"] > 0])
    if not tables:
        return pd.DataFrame(columns=list(RANDOMISATION))
    table = pd.concat(tables, ignore_index=True)
    last = (table["stage"] == WEIGHTS) & (table["number"] == table["number"].max())
    judged = last | (table["stage"] == TARGETS)
    table["verdict"] = ""
    table.loc[judged, "verdict"] = [verdict(row) for _, row in table[judged].iterrows()]
    return table[list(RANDOMISATION)]


def verdict(row: pd.Series) -> str:
    """Return whether maps depend on what was randomised.

    They do not where the mean correlation, both its intervals and that of every draw of weights
    lie above `SURVIVES`; they do where all of these lie below; all else is open.

    Parameters
    ----------
    row
        Of the table, of a stage in `VERDICTS`.
    """
    ends = ["low", "high", "low_wells", "high_wells", "least_draw", "largest_draw"]
    depends, survives = VERDICTS[row["stage"]]
    words = {1: survives, -1: depends}
    return words.get(side(tuple(row[ends]), of=SURVIVES)) or cannot_tell(row["wells"])


def write_randomisation(
    inspection: Inspection,
    cells_path: str | Path,
    out: str | Path,
    *,
    stages: int,
    models: int,
    cells: int,
    confidence: float,
    draws: int,
    seed: int,
    permuted_maps: Sequence[str | Path] = (),
) -> None:
    """Write how far the maps of one model and method outlive the model's weights.

    Parameters
    ----------
    inspection
        The explanation.
    cells_path
        The study's cell table, for the wells.
    out
        The columns of `RANDOMISATION`.
    stages
        Most stages of the cascade.
    models
        Draws of weights, each for its share of the cells.
    cells
        Most cells that are explained anew, drawn from those that have maps.
    confidence, draws
        Of the intervals, see `cell_means`.
    seed
        Of the sample, of the weights and of the intervals.
    permuted_maps
        Maps of the same cells, by the same method, of a model that was trained on permuted targets:
        the stage `targets`. Without them it is left out.
    """
    chosen = choose_cells(inspection.cell_ids, cells, seed)

    method = inspection.method()

    def remake(given: Iterable[ExplainedCell]) -> Iterator[np.ndarray]:
        given = iter(given)
        while some := list(islice(given, CELLS_AT_A_TIME)):
            images = np.stack([cell.image for cell in some])
            masks = np.stack([cell.mask for cell in some])
            yield from method(CellBatch(images, masks, [cell.cell_id for cell in some])).maps

    parts = [
        collapse(
            inspection.explained.model,
            partial(inspection.cells, chosen[draw::models]),
            remake,
            stages=stages,
            stream=np.random.default_rng((seed, draw)),
        ).assign(draw=draw)
        for draw in progress(range(models), total=models, what="draws of weights")
    ]
    if permuted_maps:
        alike = agreement_of_maps(inspection.map_paths, permuted_maps, chosen=chosen)
        stage = dict(zip(STAGE, (TARGETS, 0, "", np.nan), strict=True))
        parts.append(alike.reset_index().assign(**stage, draw=0))
    table = randomisation_table(
        pd.concat(parts),
        pd.Series(wells_of(cells_path, chosen), index=chosen),
        confidence=confidence,
        draws=draws,
        seed=seed,
    )
    write_table(table, out)
