"""The tables of a simulated well and of its plate, column by column as the real ones are."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from nascent.files import read_table, written
from nascent.kinds.cells.simulate.biology import perturbation
from nascent.kinds.cells.simulate.intensities import checked_channels
from nascent.kinds.cells.simulate.placement import SITES, Place
from nascent.kinds.cells.simulate.published import CALIBRATIONS

METADATA_COLUMNS = (
    "mapobject_id",
    "plate_name",
    "well_name",
    "well_pos_y",
    "well_pos_x",
    "tpoint",
    "zplane",
    "label",
    "is_border",
    "mapobject_id_cell",
    "plate_name_cell",
    "well_name_cell",
    "well_pos_y_cell",
    "well_pos_x_cell",
    "tpoint_cell",
    "zplane_cell",
    "label_cell",
    "is_border_cell",
    "is_mitotic",
    "is_mitotic_labels",
    "is_polynuclei_HeLa",
    "is_polynuclei_HeLa_labels",
    "is_polynuclei_184A1",
    "is_polynuclei_184A1_labels",
)

CELL_CYCLE = "cell_cycle_classification.csv"
WELLS = "wells_metadata.csv"
BACKGROUND = "secondary_only_relative_normalisation.csv"

IDS_A_WELL = 100_000
"""Ids set aside for each well of a plate, so that none comes twice."""

_POLYNUCLEATED = 0.034
_UNCURATED = 0.055
_LABELLED = 0.01
_EU_PULSE = 30
_CELL_LINES = ("Keratinocytes", "184A1", "HeLa")


def object_ids(position: int, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return the ids of nuclei and of their cells, (n,) int64 each.

    Cells and nuclei are numbered apart, a few dozen from each other, so that a nucleus' id is
    often another cell's id: joining by the wrong one goes unnoticed.
    """
    cells = IDS_A_WELL * (position + 1) + np.arange(n, dtype=np.int64)
    return cells + int(rng.integers(24, 49)), cells


def well_metadata(
    *,
    plate: str,
    well: str,
    nuclei: np.ndarray,
    cells: np.ndarray,
    places: Sequence[Place],
    labels: Sequence[int],
    cut: Sequence[bool],
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Return `metadata.csv` of a well: one row a nucleus, 24 columns.

    Parameters
    ----------
    nuclei, cells
        (n,) ids.
    labels
        Label of each nucleus in its site.
    cut
        Whether the nucleus itself is cut by the edge of the field.
    """
    n = len(nuclei)
    border = np.array([place.at_border for place in places], dtype=bool)
    poly = rng.random(n) < _POLYNUCLEATED
    # The classifier trained on HeLa agrees mostly, and sees a few more.
    poly_hela = (poly & (rng.random(n) < 0.9)) | (rng.random(n) < 0.006)
    site = {
        "well_pos_y": [place.site[0] for place in places],
        "well_pos_x": [place.site[1] for place in places],
        "tpoint": 0,
        "zplane": 0,
        "label": list(labels),
    }
    columns: dict[str, object] = {"mapobject_id": nuclei, "plate_name": plate, "well_name": well}
    columns |= site | {"is_border": np.array(cut, dtype=np.int64)}
    columns |= {"mapobject_id_cell": cells, "plate_name_cell": plate, "well_name_cell": well}
    columns |= {f"{name}_cell": values for name, values in site.items()}
    columns |= {"is_border_cell": border.astype(np.int64), "is_mitotic": 0.0}
    columns["is_mitotic_labels"] = _training_labels(np.zeros(n), rng)
    for line, flags in (("HeLa", poly_hela), ("184A1", poly)):
        columns[f"is_polynuclei_{line}"] = flags.astype(np.float64)
        columns[f"is_polynuclei_{line}_labels"] = _training_labels(flags, rng)
    return pd.DataFrame(columns, columns=list(METADATA_COLUMNS), index=range(n))


def _training_labels(flags: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the few hand-given labels a classifier was trained on, missing elsewhere."""
    return np.where(rng.random(len(flags)) < _LABELLED, np.asarray(flags, np.float64), np.nan)


def cell_cycle_of(
    metadata: pd.DataFrame, phases: Sequence[str], rng: np.random.Generator
) -> pd.DataFrame:
    """Return the cell-cycle table of a well: `mapobject_id` (of the cell) and `cell_cycle`.

    Border cells, polynucleated cells and a few more were not curated and have no row.
    """
    left_out = (
        (metadata["is_border_cell"] == 1)
        | (metadata["is_polynuclei_184A1"] == 1)
        | (rng.random(len(metadata)) < _UNCURATED)
    ).to_numpy()
    table = pd.DataFrame(
        {"mapobject_id": metadata["mapobject_id_cell"], "cell_cycle": list(phases)}
    )
    return table[~left_out]


def write_plate_tables(
    folder: Path,
    wells: pd.DataFrame,
    cell_cycles: Sequence[Path],
    channels: Sequence[str] | None = None,
) -> None:
    """Write the three tables of a plate, as they come with the real one.

    Parameters
    ----------
    folder
        Gets `cell_cycle_classification.csv`, `wells_metadata.csv` and
        `secondary_only_relative_normalisation.csv`.
    wells
        Columns `plate`, `well` and, where known, `perturbation`.
    cell_cycles
        Cell-cycle tables of the wells, as `simulate_well` writes them.
    channels
        Channels of the plate; None: the 38 of the published one.
    """
    pieces = [read_table(path) for path in cell_cycles]
    cycles = pd.concat(pieces) if pieces else pd.DataFrame(columns=["mapobject_id", "cell_cycle"])
    write_csv(cycles.sort_values("mapobject_id"), folder / CELL_CYCLE)
    write_csv(wells_metadata(wells), folder / WELLS, index=True)
    write_csv(background_table(checked_channels(channels)), folder / BACKGROUND)


def wells_metadata(wells: pd.DataFrame) -> pd.DataFrame:
    """Return the table of wells, one row a well, with the columns of the published one."""
    rows: list[Mapping[str, object]] = []
    for number, row in enumerate(wells.to_dict("records"), start=1):
        name = row.get("perturbation")
        name = name if isinstance(name, str) and name else "normal"
        rows.append(
            {
                "description": "simulated",
                "dimensions": str(list(SITES)),
                "id": number,
                "name": row["well"],
                "plate_name": row["plate"],
                "well_name": row["well"],
                "cell_type": "184A1",
                "EU": _EU_PULSE,
                "duration": perturbation(name).duration,
                "perturbation": name,
                "secondary_only": 0,
                "siRNA": np.nan,
            }
        )
    return pd.DataFrame(rows)


def background_table(channels: Sequence[str]) -> pd.DataFrame:
    """Return the background of each stained channel, outside and inside cells of three lines.

    The target and the probability maps have no rows, as in the published table. The rows that
    count (outside HeLa cells) hold the background the simulator adds; the others differ a little.
    """
    rows = []
    for name in channels:
        background = CALIBRATIONS[name].background
        if np.isnan(background):
            continue
        for place, inside in (("cell", 1.8), ("non-cell", 0.0)):
            for step, line in enumerate(_CELL_LINES):
                mean = round(background + inside + 0.3 * (2 - step), 2)
                rows.append(
                    {
                        "channel": name,
                        "cycle": int(name.split("_")[0]),
                        "wavelength": 405 if name == "00_DAPI" else 488 if step else 568,
                        "measurement_type": place,
                        "cell_line": line,
                        "mean_background_cycle0": mean,
                        "power": 100,
                        "exposure_time": 200,
                        "well_name": "secondary_only",
                        "mean_background": mean,
                        "mean_intensity_relative_to_cycle0": 1.0,
                    }
                )
    return pd.DataFrame(rows)


def write_csv(frame: pd.DataFrame, path: Path, *, index: bool = False, header: bool = True) -> None:
    """Write a table comma-separated, as the raw data's tables are."""
    with written(path) as beside:
        frame.to_csv(beside, index=index, header=header, lineterminator="\n")
