"""Which channels the wells of a study have, and which of them models may see."""

from pathlib import Path

import pandas as pd

from nascent.config.names import check_channel_names
from nascent.errors import ConfigError, RawDataError, did_you_mean
from nascent.kinds.cells.config import Study
from nascent.kinds.cells.crops.wells import beside, detect_layout, read_channels
from nascent.kinds.cells.simulate.intensities import checked_channels
from nascent.shards import steps

BESIDE_PIXELS = ("mapobject_id", "x", "y")
"""Columns of a table of pixels besides its channels."""


def study_channels(study: Study, wells: pd.DataFrame) -> list[str]:
    """Return the channels of a study's wells, in their order.

    Every measured well is looked at: its place, its layout, its list of channels.

    Parameters
    ----------
    study
        The checked config.
    wells
        The wells table, see `nascent.kinds.cells.wells_table.read_wells`.

    Raises
    ------
    RawDataError
        Where a well is missing, or two wells differ in their channels.
    ConfigError
        Where two wells lie at one place, or the target is no channel; the nearest is named.
    """
    if study.simulate is not None:
        channels = list(checked_channels(study.simulate.channels))
    else:
        channels = _measured_channels(Path(study.data), wells)
    target = study.target.channel
    if target not in channels:
        raise ConfigError(
            f"there is no channel {target!r}",
            where="target.channel",
            mend=did_you_mean(target, channels),
        )
    return channels


def input_channels(study: Study, channels: list[str]) -> list[str]:
    """Return the channels that models see, in their order; see `nascent.shards.steps`."""
    return steps.input_channels(channels, target=study.target.channel, inputs=study.shards.inputs)


def _measured_channels(data: Path, wells: pd.DataFrame) -> list[str]:
    first: tuple[str, list[str]] | None = None
    owners: dict[Path, str] = {}
    for name, path, layout in wells[["path", "layout"]].itertuples(name=None):
        place = data / path
        owner = owners.setdefault(place.resolve(), name)
        if owner != name:
            raise ConfigError(
                f"wells {owner} and {name} are both read from {place}",
                where="wells table, column path",
                mend="Give each well its path: one well under two names counts its cells twice.",
            )
        layout = layout or detect_layout(place)
        channels = read_channels(place)
        if first is None:
            listed = beside(place, "channels.csv")
            check_channel_names(
                channels, where=listed, also=BESIDE_PIXELS if layout == "text" else ()
            )
            first = name, channels
        elif channels != first[1]:
            raise RawDataError(
                f"the channels of well {name} are not those of well {first[0]}:"
                f" {_difference(channels, first[1])}",
                where=place / "channels.csv",
                mend="All wells of a study have the same channels in the same order.",
            )
    return first[1] if first else []


def _difference(ours: list[str], theirs: list[str]) -> str:
    more = [name for name in ours if name not in theirs]
    less = [name for name in theirs if name not in ours]
    told = [f"{', '.join(more)} only here"] if more else []
    told += [f"{', '.join(less)} missing here"] if less else []
    return "; ".join(told) or "their order differs"
