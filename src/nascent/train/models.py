"""Trained models on disk."""

import json
import shutil
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile, ZipInfo

from nascent.errors import TrainError
from nascent.files import written
from nascent.frameworks import keras
from nascent.train.layers import MaskedAverage

_METADATA, _CONFIG = "metadata.json", "config.json"
_SHARED = "shared_object_id"


def write_model(model: keras.Model, path: str | Path) -> None:
    """Write a model as a `.keras` file, whole or not at all.

    Equal models are equal files, whenever and by whatever process they are written: Keras' note of
    the time is left out, and objects that parts of a model share are numbered, where Keras writes
    their addresses in memory. Maps name their model by its bytes, and random draws that belong to
    a model are seeded with them.
    """
    with written(path) as beside:
        saved = beside.with_name(f"{beside.stem}.saved.keras")
        try:
            model.save(saved)
            _copy_alike(saved, beside)
        finally:
            saved.unlink(missing_ok=True)


def _copy_alike(archive: Path, copy: Path) -> None:
    with ZipFile(archive) as given, ZipFile(copy, "w") as taken:
        for member in given.infolist():
            # A ZipInfo of its own: with the year 1980 and no attributes of the machine.
            with given.open(member) as source, taken.open(ZipInfo(member.filename), "w") as target:
                if member.filename == _METADATA:
                    told = json.load(source)
                    told.pop("date_saved", None)
                    target.write(json.dumps(told).encode())
                elif member.filename == _CONFIG:
                    target.write(json.dumps(_numbered(json.load(source), {})).encode())
                else:
                    shutil.copyfileobj(source, target)


def _numbered(config: Any, numbers: dict[int, int]) -> Any:
    """Return a config whose shared objects are 1, 2, 3, … in the order they come."""
    match config:
        case dict():
            return {
                key: numbers.setdefault(value, len(numbers) + 1)
                if key == _SHARED
                else _numbered(value, numbers)
                for key, value in config.items()
            }
        case list():
            return [_numbered(part, numbers) for part in config]
        case _:
            return config


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
        own = {MaskedAverage.__name__: MaskedAverage}
        return keras.saving.load_model(path, custom_objects=own, compile=False)
    except (ValueError, TypeError, OSError, KeyError, BadZipFile) as error:
        raise TrainError(
            f"the file is truncated or no model of Keras ({error})",
            where=path,
            mend="Delete it and run again: the job that makes it will be repeated.",
        ) from error
