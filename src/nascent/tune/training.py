"""Training a candidate: to diverge is an answer to the question that a search asks, no failure."""

import logging
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from nascent.examples import TargetSpec
from nascent.files import write_json, write_table, written
from nascent.task import task_of
from nascent.train.collapse import NotANumber
from nascent.train.stage import history_columns, train_model

logger = logging.getLogger(__name__)


def train_candidate(
    *,
    model_path: str | Path,
    reader_path: str | Path,
    history_path: str | Path,
    card_path: str | Path,
    state_dir: str | Path,
    targets: Sequence[TargetSpec],
    **training: Any,
) -> None:
    """Train a candidate as any model; where its loss is no number in the end, write that down.

    Its card then says `collapsed`, with the reason, and no metric; the history has no rows, the
    files of model and reader no bytes.

    Parameters
    ----------
    model_path, reader_path, history_path, card_path
        What is written.
    state_dir
        Of this candidate alone; removed where it diverged, since nothing goes on from there.
    targets
        What is predicted.
    **training
        See `nascent.train.stage.train_model`.

    Raises
    ------
    TrainError
        As `train_model`, but for a loss that is no number.
    """
    paths = {
        "model_path": model_path,
        "reader_path": reader_path,
        "history_path": history_path,
        "card_path": card_path,
    }
    try:
        train_model(**paths, state_dir=state_dir, targets=targets, **training)
    except NotANumber as error:
        logger.warning("the candidate is left out of the choice: %s", error.what)
        for path in (model_path, reader_path):
            with written(path) as beside:
                beside.touch()
        task = targets[0].task
        write_table(pd.DataFrame(columns=list(history_columns(task))), history_path)
        best = {f"val_{task_of(task).learning}": None, "epoch": None}
        card = {"best": best, "epochs": 0}
        write_json(card | {"collapsed": True, "reason": error.what}, card_path)
        shutil.rmtree(state_dir, ignore_errors=True)
