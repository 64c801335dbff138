"""Opening a trained model by its folder, with the study that it is of where it is of one."""

from pathlib import Path

from nascent.errors import NascentError
from nascent.notebook.model import NETWORK, Model
from nascent.notebook.study import open_study
from nascent.reader import FILE as READER
from nascent.study_record import FILE as STUDY


def open_model(path: str | Path) -> Model:
    """Open a trained model.

    Parameters
    ----------
    path
        Its folder, which holds `model.keras` and `reader.json`, or the `.keras` file itself. One in
        the results of a study knows that study: its examples, methods and options.

    Returns
    -------
    Model
        Nothing is loaded before it is asked.

    Raises
    ------
    NascentError
        Where there is no such model.

    Examples
    --------
    >>> import nascent
    >>> model = nascent.open_model("results/demo/train/simple_cnn/example/1")  # doctest: +SKIP
    >>> model.predict(store="results/demo/crops/demo_A01.h5")                  # doctest: +SKIP
    """
    folder = Path(path)
    folder = folder.parent if folder.suffix == ".keras" else folder
    for name in (NETWORK, READER):
        if not (folder / name).is_file():
            raise NascentError(
                f"this folder holds no model: it has no {name}",
                where=folder,
                mend="Give the folder of a training, results/<study>/train/<model>/<fold>/<seed>.",
            )
    parts = folder.absolute().parts
    if len(parts) > 4 and parts[-4] == "train" and (Path(*parts[:-4]) / STUDY).is_file():
        study = open_study(folder.absolute().parents[3])
        return study.model(parts[-3], seed=int(parts[-1]), fold=parts[-2])
    return Model(folder, name=folder.name)
