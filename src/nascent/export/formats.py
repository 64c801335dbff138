"""The formats that a study is exported to, by name."""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

from nascent.errors import NascentError, OutputError, did_you_mean

FORMATS: Mapping[str, tuple[str, str]] = {
    "anndata": ("nascent.export.anndata_file", "examples × features, for scanpy: a .h5ad file"),
    "h5sc": ("nascent.export.h5sc", "single-cell images, for scPortrait: a .h5sc file"),
    "ome-zarr": ("nascent.export.ome_zarr_folder", "images with outlines: a folder .ome.zarr"),
}
"""Name → the module with a function `write`, and what it is."""

SUFFIXES: Mapping[str, str] = {"anndata": ".h5ad", "h5sc": ".h5sc", "ome-zarr": ".ome.zarr"}
"""Name → how the name of such a file ends."""


def export(folder: str | Path, to: str, out: str | Path | None = None) -> Path:
    """Write a study in the format of another program.

    Parameters
    ----------
    folder
        Of its results, `results/<study>`.
    to
        In `FORMATS`.
    out
        Path to write; None: `<study>.h5ad` and the like, in the working folder.

    Returns
    -------
    pathlib.Path
        What was written.

    Raises
    ------
    NascentError
        Where there is no such study or format, the format cannot hold the study, or the library
        that writes it is not installed.
    OutputError
        Where something is at the path already.
    """
    from nascent.notebook.study import open_study
    from nascent.words import speaking

    if to not in FORMATS:
        raise NascentError(f"there is no format {to!r}", mend=did_you_mean(to, FORMATS))
    study = open_study(folder)
    path = Path(f"{study.name}{SUFFIXES[to]}" if out is None else out)
    if path.exists():
        raise OutputError("this is there already", where=path, mend="Remove it, or name another.")
    with speaking(study.words.plain()):
        import_module(FORMATS[to][0]).write(study, path)
    return path
