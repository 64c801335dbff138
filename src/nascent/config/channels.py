"""Which channels a study has, and which of them a model sees, told before the first job."""

from pathlib import Path

import pandas as pd

from nascent.config.sections import Study
from nascent.crops.wells import detect_layout, read_channels
from nascent.errors import ConfigError, RawDataError, did_you_mean
from nascent.simulate.intensities import checked_channels

# Stains without a primary antibody, and probability maps of a pixel classifier: no measurements.
_NO_INPUT = ("BG488", "BG568", "_ILASTIK")


def study_channels(study: Study, wells: pd.DataFrame) -> list[str]:
    """Return the channels of a study's wells, in their order.

    Every measured well is looked at: its folder, its layout, its list of channels.

    Parameters
    ----------
    study
        The checked config.
    wells
        The wells table, see `nascent.config.read_wells`.

    Raises
    ------
    RawDataError
        Where a well is missing, or two wells differ in their channels.
    ConfigError
        Where the target or an input is no channel; the nearest is named.
    """
    if study.simulate is not None:
        channels = list(checked_channels(study.simulate.channels))
    else:
        channels = _measured_channels(Path(study.data), wells)
    for key, names in (
        ("crops.target", [study.crops.target]),
        ("shards.inputs", study.shards.inputs or []),
    ):
        for name in names:
            if name not in channels:
                raise ConfigError(
                    f"{key}: there is no channel {name!r}", mend=did_you_mean(name, channels)
                )
    return channels


def input_channels(study: Study, channels: list[str]) -> list[str]:
    """Return the channels that models see, in their order.

    Raises
    ------
    ConfigError
        Where none is left.
    """
    chosen = study.shards.inputs or [
        name
        for name in channels
        if name != study.crops.target and not name.endswith(_NO_INPUT)
    ]
    if not chosen:
        raise ConfigError("there is no input channel", mend="List them in shards.inputs.")
    return chosen


def _measured_channels(data: Path, wells: pd.DataFrame) -> list[str]:
    first: tuple[str, list[str]] | None = None
    for name, path, layout in wells[["path", "layout"]].itertuples(name=None):
        place = data / path
        if layout is None:
            detect_layout(place)
        channels = read_channels(place)
        if first is None:
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
