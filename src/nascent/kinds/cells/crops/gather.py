"""Joining the wells of a study, and checking that they agree."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from nascent.errors import RawDataError
from nascent.examples import PART
from nascent.files import read_table
from nascent.kinds.cells.crops.quality import ALL, add_losses, losers, refuse_duplicates
from nascent.store import open_store


@dataclass(frozen=True)
class Gathered:
    """Tables of all wells: `cells` (index id) and `quality` (see `quality.removal_table`)."""

    cells: pd.DataFrame
    quality: pd.DataFrame


def gather_wells(
    stores: Sequence[str | Path], quality_tables: Sequence[str | Path], *, duplicates: str = "error"
) -> Gathered:
    """Join the cell and removal tables of all wells, and check that the wells agree.

    Where a cell id comes in two wells and `duplicates` says which wins, the loser leaves the cell
    table and counts as removed; its crop stays in the store of its well.

    Parameters
    ----------
    stores, quality_tables
        Of the wells, in the order of the study's list.
    duplicates
        `error`, `first` or `last`.

    Raises
    ------
    RawDataError
        Where wells differ in channels or dtype, a cell id comes in two wells, or no cell is left.
    """
    frames, kinds = [], {}
    reference: tuple[Path, list[str]] | None = None
    for path in map(Path, stores):
        with open_store(path) as store:
            if reference is None:
                reference = path, store.channels
            elif store.channels != reference[1]:
                raise _other_channels(path, store.channels, *reference)
            if len(store):
                kinds.setdefault(store.dtype, path)
            frames.append(_with_part(store.examples, path.stem))
    if len(kinds) > 1:
        said = ", ".join(f"{path.stem} {kind}" for kind, path in kinds.items())
        raise RawDataError(
            f"the wells' pixels differ in type: {said}",
            mend="Set `crops.dtype` to one type that holds them all.",
        )
    removed = pd.concat([read_table(path) for path in quality_tables], ignore_index=True)
    filled = [frame for frame in frames if len(frame)]
    if not filled:
        raise _none_left(removed)
    cells = pd.concat(filled)
    ids = cells.index.to_series()
    if duplicates == "error":
        places = (cells["plate"] + " " + cells["well"]).tolist()
        refuse_duplicates(ids, places, where=Path(stores[0]).parent)
    lost = losers(ids, duplicates)
    losses = cells[lost].groupby(["plate", "well"]).size().to_dict()
    return Gathered(cells[~lost], add_losses(removed, losses))


def _with_part(cells: pd.DataFrame, part: str) -> pd.DataFrame:
    cells = cells.copy()
    cells.insert(1, PART, part)
    return cells


def _other_channels(
    path: Path, channels: Sequence[str], first: Path, expected: Sequence[str]
) -> RawDataError:
    lacking = [name for name in expected if name not in channels]
    more = [name for name in channels if name not in expected]
    parts = [f"{', '.join(lacking)} missing"] if lacking else []
    parts += [f"{', '.join(more)} more"] if more else []
    return RawDataError(
        f"the channels of well {path.stem} differ from those of {first.stem}:"
        f" {' and '.join(parts) or 'the same, in another order'}",
        where=path,
        mend="All wells of a study hold the same channels in the same order.",
    )


def _none_left(removed: pd.DataFrame) -> RawDataError:
    steps = removed[removed["step"] != ALL]
    worst = steps.groupby("reason")["removed"].sum()
    said = f"; most went for: {worst.idxmax()} ({worst.max()})" if worst.sum() else ""
    return RawDataError(
        f"no cell is left after quality control{said}",
        where="crops.quality",
        mend="Loosen the rules; crops/*.quality.tsv counts what each removes.",
    )
