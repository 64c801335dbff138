"""Randomised weights: does a map say anything of what the model has learnt?

The layers of a trained model are given untrained weights, one after the other from the output to
the input, and the maps of a sample of examples are made anew after each (Adebayo et al.: Sanity
checks for saliency maps, NeurIPS 2018). A map that stays what it was shows the image and not the
model: an edge detector would pass for an explanation. References stand beside the stages: the maps
made anew of the model as it is, and maps of the image alone
(`nascent.explain.statistics.image_nulls`). The one of these that is most like the map tells how
much of its order is known to whoever has seen no model at all.

Every example has a draw of weights of its own. Examples that shared one would be alike for that
reason, and no interval over examples or groups would hold how much the draws differ.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from nascent.explain.agreement.table import agreement_of_maps
from nascent.explain.randomisation.redraw import cascade
from nascent.explain.reading.cells import ExplainedCell, batch_of, choose_cells
from nascent.explain.reading.map_levels import LEVELS, agreement, ranked
from nascent.explain.statistics.cell_means import MEAN, cell_means, groups_of
from nascent.explain.statistics.dependence import SURVIVES, TARGETS, VERDICTS, WEIGHTS
from nascent.explain.statistics.image_nulls import IMAGE_MAPS, image_map
from nascent.explain.statistics.sample import Sample
from nascent.files import write_table
from nascent.logs import progress
from nascent.statistics.verdict import cannot_tell, side
from nascent.words import spoken

if TYPE_CHECKING:
    from nascent.explain.reading.inspection import Inspection
    from nascent.frameworks import keras

ORIGINAL, IMAGE = "original", "image"
STAGE = ("stage", "number", "layer", "share", "image_map")
RANDOMISATION = (*STAGE, "level", *MEAN, "strongest", "verdict")
"""Columns of a table of randomisation."""

ROWS = ("id", *STAGE, *LEVELS)
"""Columns of what is found of each example."""

Remake = Callable[[ExplainedCell], np.ndarray]
"""An example → its map, by the model with the weights that it has now."""


def collapse(
    model: "keras.Model",
    cell: ExplainedCell,
    remake: Remake,
    *,
    stages: int,
    stream: np.random.Generator,
) -> Iterator[tuple]:
    """Yield how far the map of an example agrees with those of ever more random models.

    Parameters
    ----------
    model
        As trained; while this runs its weights are others.
    cell
        With the map that is compared.
    remake
        The method.
    stages
        Most stages of the cascade, see `nascent.explain.randomisation.redraw.cascade`.
    stream
        Of the weights: one draw.

    Yields
    ------
    tuple
        The columns of `ROWS`: the example; `stage` (`original`, `weights`, `image`), `number` (of
        the stage of weights, 0 for the others), `layer` down to which weights are redrawn, their
        `share` of all, `image_map` (which map of the image alone); and the rank correlation at each
        level.
    """

    def row(stage: tuple, scores: np.ndarray) -> tuple:
        return (cell.id, *stage, *_alike(cell, scores).values())

    yield row((ORIGINAL, 0, "", 0.0, ""), remake(cell))
    for stage in cascade(model, stages, stream):
        yield row((WEIGHTS, stage.number, stage.layer, stage.weights, ""), remake(cell))
    for name in IMAGE_MAPS:
        yield row((IMAGE, 0, "", np.nan, name), image_map(name, cell.image, cell.mask))


def _alike(cell: ExplainedCell, scores: np.ndarray) -> dict[str, float]:
    return agreement(ranked(cell.map, cell.mask), ranked(scores, cell.mask))


def randomisation_table(
    rows: pd.DataFrame, groups: pd.Series, *, confidence: float, draws: int, seed: int
) -> pd.DataFrame:
    """Return the mean agreement at each stage and level, and whether maps survive.

    Parameters
    ----------
    rows
        The columns of `ROWS`; each example once a stage.
    groups
        Of the examples, by example id.
    confidence, draws, seed
        Of the intervals, see `cell_means`.

    Returns
    -------
    pandas.DataFrame
        The columns of `RANDOMISATION`. Of the maps of the image alone the one with the largest
        mean at a level is the `strongest`. The last stage of weights, and `targets`, have a
        verdict. Levels that the maps lack are left out.
    """
    tables = []
    for stage, part in rows.groupby(list(STAGE), sort=False, dropna=False):
        means = cell_means(
            part[list(LEVELS)].to_numpy(float),
            groups.loc[part["id"]].to_numpy(),
            confidence=confidence,
            draws=draws,
            seed=seed,
        )
        means = means.assign(**dict(zip(STAGE, stage, strict=True)), level=LEVELS)
        tables.append(means[means["cells"] > 0])
    if not tables:
        return pd.DataFrame(columns=list(RANDOMISATION))
    table = pd.concat(tables, ignore_index=True)
    last = (table["stage"] == WEIGHTS) & (table["number"] == table["number"].max())
    judged = last | (table["stage"] == TARGETS)
    table["strongest"] = _strongest(table)
    table["verdict"] = ""
    table.loc[judged, "verdict"] = [verdict(row) for _, row in table[judged].iterrows()]
    return table[list(RANDOMISATION)]


def _strongest(table: pd.DataFrame) -> pd.Series:
    """Return which maps of the image have the largest mean of their level; None for other rows."""
    image = table[table["stage"] == IMAGE]
    best = image.groupby("level")["mean"].idxmax()
    found = pd.Series(None, index=table.index, dtype=object)
    found[image.index] = image.index.isin(best)
    return found


def verdict(row: pd.Series) -> str:
    """Return whether maps depend on what was randomised.

    They do not where both intervals of the mean correlation lie above `SURVIVES`; they do where
    both lie below; all else is open.

    Parameters
    ----------
    row
        Of the table, of a stage in `VERDICTS`.
    """
    ends = ["low", "high", "low_groups", "high_groups"]
    depends, survives = VERDICTS[row["stage"]]
    words = {1: survives, -1: depends}
    return words.get(side(tuple(row[ends]), of=SURVIVES)) or cannot_tell(row["groups"])


def write_randomisation(
    inspection: "Inspection",
    cells_path: str | Path,
    out: str | Path,
    *,
    stages: int,
    sample: Sample,
    permuted_maps: Sequence[str | Path] = (),
) -> None:
    """Write how far the maps of one model and method outlive the model's weights.

    Parameters
    ----------
    inspection
        The explanation.
    cells_path
        The study's table of examples, for the groups.
    out
        The columns of `RANDOMISATION`.
    stages
        Most stages of the cascade.
    sample
        The examples that are explained anew, each by a model with a draw of weights of its own,
        and the intervals over them.
    permuted_maps
        Maps of the same examples, by the same method, of a model that was trained on permuted
        targets: the stage `targets`. Without them it is left out.
    """
    chosen = choose_cells(inspection.ids, sample.cells, sample.seed)

    method = inspection.method()

    def remake(cell: ExplainedCell) -> np.ndarray:
        return method(batch_of([cell])).maps[0]

    # Two trainings of one architecture shall not share their random weights.
    own = int(inspection.source.model_sha256[:8], 16)
    found = [
        row
        for number, cell in enumerate(
            progress(
                inspection.cells(chosen),
                total=len(chosen),
                what=f"{spoken().examples} by random weights",
            )
        )
        for row in collapse(
            inspection.explained.model,
            cell,
            remake,
            stages=stages,
            stream=np.random.default_rng((sample.seed, number, own)),
        )
    ]
    parts = [pd.DataFrame(found, columns=list(ROWS))]
    if permuted_maps:
        alike = agreement_of_maps(inspection.map_paths, permuted_maps, chosen=chosen)
        stage = dict(zip(STAGE, (TARGETS, 0, "", np.nan, ""), strict=True))
        parts.append(alike.reset_index().assign(**stage))
    table = randomisation_table(
        pd.concat(parts),
        pd.Series(groups_of(cells_path, chosen), index=chosen),
        **sample.intervals(),
    )
    write_table(table, out)
