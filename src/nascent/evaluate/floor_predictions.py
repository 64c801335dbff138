"""Floors fitted on the training examples of a fold, and their predictions of all examples."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nascent.errors import TrainError, did_you_mean
from nascent.evaluate.floor_inputs import Floor, FloorInputs
from nascent.evaluate.floors import FLOOR_SEED, FLOORS
from nascent.evaluate.tables import predictions_columns
from nascent.examples import GROUP
from nascent.kind import DEFAULT, has_module, module_of
from nascent.splits.fractions import SPLITS
from nascent.task import REGRESSION, task_of
from nascent.words import spoken

logger = logging.getLogger(__name__)


def floors_of(kind: str) -> Mapping[str, Mapping[str, Floor]]:
    """Return task → name → floor of a kind of data; one without any of its own has the usual."""
    return module_of(kind, "floors").FLOORS if has_module(kind, "floors") else FLOORS


@dataclass(frozen=True)
class FloorChoice:
    """Which floors are fitted, and the parts of them that a study sets.

    Attributes
    ----------
    channels
        The study's input channels: a floor sees no fewer proteins than a network.
    ridge_alphas
        Penalties that `ridge` chooses among.
    kind
        Of the study, whose floors these are.
    names
        Of floors, in the order they are to appear; empty: all that the kind has for the task.
    """

    channels: Sequence[str]
    ridge_alphas: Sequence[float]
    kind: str = DEFAULT
    names: Sequence[str] = ()


def predict_floors(
    cells: pd.DataFrame,
    split: pd.Series,
    floors: FloorChoice,
    *,
    design: str,
    fold: str,
    target: str = "target",
    task: str = REGRESSION,
    levels: Sequence[str] = (),
) -> pd.DataFrame:
    """Fit the floors on the training examples and predict every example that has a split.

    Examples that lack the target are left out.

    Floors that read the target itself are left out. The mean of an input channel is no target:
    least squares would copy it.

    Parameters
    ----------
    cells
        The study's table of examples; its index is `id`. Needed: the target, `mean_<channel>` of
        every input channel, and what the floors read.
    split
        id → train, val or test. Examples of the table that are not in it are left out.
    floors
        Which, and what they read.
    design, fold
        Of the split, for the table.
    target
        Column of the table. Of several targets, one a call.
    task
        Name of what is predicted.
    levels
        Names of the classes.

    Returns
    -------
    pandas.DataFrame
        The columns of `nascent.evaluate.tables.predictions_columns`; floors as `model`.

    Raises
    ------
    TrainError
        Where a column is missing, a value is missing or not finite (the example is named), there is
        no training example, a floor is unknown (the nearest is named), or the target is the mean of
        an input channel.
    """
    measured, known = task_of(task), floors_of(floors.kind)[task]
    for name in floors.names:
        if name not in known:
            raise TrainError(f"there is no floor {name!r}", mend=did_you_mean(name, known))
    columns = [f"mean_{channel}" for channel in floors.channels]
    if target in columns:
        raise TrainError(
            f"the target {target!r} is the mean of an input channel",
            mend="Leave the channel out of the inputs, or predict something else.",
        )
    chosen = {
        name: known[name] for name in floors.names or known if target not in known[name].reads
    }
    needed = dict.fromkeys(column for floor in chosen.values() for column in floor.numbers)
    needed = [name for name in needed if name not in columns]
    for name in (target, *needed, *columns):
        if name not in cells.columns:
            raise TrainError(
                f"the table of examples has no column {name!r}",
                mend=did_you_mean(name, cells.columns),
            )
    unknown = split.index.difference(cells.index)
    if len(unknown):
        raise TrainError(
            f"{len(unknown)} {spoken().examples} of the split are not in the table of examples, the"
            f" first {unknown[0]}"
        )
    cells = cells.loc[split.index]
    known = measured.known(cells[target])
    if not known.all():
        logger.warning(
            f"%d of %d {spoken().examples} have no target (column %r): they are left out",
            *(int((~known).sum()), len(known), target),
        )
        cells, split = cells[known], split[known]
    numbers = cells[[*needed, *columns]].to_numpy(np.float64)
    wrong = np.argwhere(~np.isfinite(numbers))
    if len(wrong):
        row, column = wrong[0]
        raise TrainError(
            f"{spoken().example} {cells.index[row]} has no finite {[*needed, *columns][column]!r}",
            where="table of examples",
            mend="Remove it by a quality rule, or leave it out.",
        )
    try:
        y = measured.encode(cells[target], levels)
    except TrainError as error:
        raise TrainError(error.what, where="table of examples", mend=error.mend) from error
    train = (split == "train").to_numpy()
    if not train.any():
        raise TrainError(
            f"no {spoken().example} with a target is in the training split",
            mend="Check splits.fractions.",
        )
    inputs = FloorInputs(
        means=numbers[:, len(needed) :],
        table=cells,
        train=train,
        y=y,
        ridge_alphas=tuple(floors.ridge_alphas),
        classes=len(levels),
    )
    order = np.argsort(split.map(SPLITS.index).to_numpy(), kind="stable")
    columns = list(predictions_columns(measured, levels))
    parts = [
        measured.table(cells.index[order], y[order], floor.predict(inputs)[order], levels).assign(
            group=cells[GROUP].to_numpy()[order],
            design=design,
            fold=fold,
            split=split.to_numpy()[order],
            model=name,
            seed=FLOOR_SEED,
            target=target,
        )[columns]
        for name, floor in chosen.items()
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
