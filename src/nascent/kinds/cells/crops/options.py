"""What a job of the crops stage is told: the well, the plate's tables, and how cells are cut."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nascent.errors import ConfigError, did_you_mean
from nascent.kinds.cells.crops.placement import Fit, centre, shrink

FITS: Mapping[str, Fit] = {"shrink": shrink, "crop": centre}
OVERSIZE = ("drop", *FITS)
BACKGROUNDS = ("keep", "subtract")


@dataclass(frozen=True)
class WellSource:
    """One raw well and its row in the study's list of wells.

    Attributes
    ----------
    path
        Of the well's folder, or of its pixel table.
    plate, well
        Its names.
    layout
        Of the raw data; None: found out.
    perturbation
        What was done to it, where the list says so.
    """

    path: str | Path
    plate: str
    well: str
    layout: str | None = None
    perturbation: str | None = None


@dataclass(frozen=True)
class PlateTables:
    """Tables of the plate, each of which may be missing.

    Attributes
    ----------
    cell_cycle, wells, background
        As published with a plate.
    exclude
        List of cell ids to leave out.
    """

    cell_cycle: str | Path | None = None
    wells: str | Path | None = None
    background: str | Path | None = None
    exclude: str | Path | None = None


@dataclass(frozen=True)
class CropOptions:
    """How cells are cut, and which are kept.

    Attributes
    ----------
    target
        Channel whose mean over a cell's measured pixels is its target.
    size
        Edge S of a crop, pixels.
    target_background
        `keep`, or `subtract`: the target is then the mean of max(pixel - background, 0).
    background_cell_line
        Rows of the background table that count.
    dtype
        Of the stored pixels; None: as measured.
    oversize
        What becomes of a cell larger than the crop: `drop`, `shrink` or `crop`.
    duplicates
        `error`, or which wins where a cell id comes twice: `first` or `last`.
    id_scope
        `study`: cell ids as in the raw data; `plate`: `<plate>/<id>`.
    rules
        Quality control, {column, value} each; None stands for missing.
    codec
        See `nascent.store_writer.StoreWriter`.

    Raises
    ------
    ConfigError
        Where a setting has no such choice; the nearest is named.
    """

    target: str
    size: int = 224
    target_background: str = "keep"
    background_cell_line: str = "HeLa"
    dtype: str | None = None
    oversize: str = "drop"
    duplicates: str = "error"
    id_scope: str = "study"
    rules: Sequence[Mapping[str, Any]] = ()
    codec: str = "blosc"

    def __post_init__(self) -> None:
        for key, choices in (
            ("target_background", BACKGROUNDS),
            ("oversize", OVERSIZE),
            ("duplicates", ("error", "first", "last")),
            ("id_scope", ("study", "plate")),
        ):
            value = getattr(self, key)
            if value not in choices:
                raise ConfigError(
                    f"{value!r} is no choice",
                    where=f"crops.{key}",
                    mend=did_you_mean(value, choices),
                )
