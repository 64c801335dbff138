"""Trained models on disk."""

from pathlib import Path
from zipfile import BadZipFile

import keras

from nascent.errors import TrainError
from nascent.files import written


def write_model(model: keras.Model, path: str | Path) -> None:
    """Write a model as a `.keras` file, whole or not at all."""
    with written(path) as beside:
        model.save(beside)


def load_model(path: str | Path) -> keras.Model:
    """Load a model for prediction, not for further training.

    Raises
    ------
    TrainError
        Where the file is missing, truncated or no model.
    """
    if not Path(path).is_file():
        raise TrainError("there is no such model", where=path, mend="Train it first.")
    try:
        return keras.saving.load_model(path, compile=False)
    except (ValueError, TypeError, OSError, KeyError, BadZipFile) as error:
        raise TrainError(
            f"the file is truncated or no model of Keras ({error})",
            where=path,
            mend="Delete it and run again: the job that makes it will be repeated.",
        ) from error
