"""Training a candidate: to diverge is an answer to the question that a search asks, no failure."""

import logging
import shutil
from pathlib import Path
from typing import Any

import pandas as pd

from nascent.files import write_json, write_table, written
from nascent.task import task_of
from nascent.train.collapse import NotANumber
from nascent.train.history import history_columns
from nascent.train.job import TrainingData, TrainingFiles
from nascent.train.stage import train_model

logger = logging.getLogger(__name__)


def train_candidate(
    *, data: TrainingData, files: TrainingFiles, state_dir: str | Path, **training: Any
) -> None:
    """Train a candidate as any model; where its loss is no number in the end, write that down.

    Its card then says `collapsed`, with the reason, and no metric; the history has no rows, the
    files of model and reader no bytes.

    Parameters
    ----------
    data
        What is learnt from.
    files
        What is written.
    state_dir
        Of this candidate alone; removed where it diverged, since nothing goes on from there.
    **training
        See `nascent.train.stage.train_model`.

    Raises
    ------
    TrainError
        As `train_model`, but for a loss that is no number.
    """
    try:
        train_model(data=data, files=files, state_dir=state_dir, **training)
    except NotANumber as error:
        logger.warning("the candidate is left out of the choice: %s", error.what)
        for path in (files.model, files.reader):
            with written(path) as beside:
                beside.touch()
        task = data.predicted.task
        write_table(pd.DataFrame(columns=list(history_columns(task))), files.history)
        best = {f"val_{task_of(task).learning}": None, "epoch": None}
        card = {"best": best, "epochs": 0}
        write_json(card | {"collapsed": True, "reason": error.what}, files.card)
        shutil.rmtree(state_dir, ignore_errors=True)
