"""Which channels a study has, and which of them a model sees, told before the first job."""

from pathlib import Path

import pandas as pd

from nascent.config.names import check_channel_names
from nascent.config.sections import Study
from nascent.errors import ConfigError, RawDataError, did_you_mean
from nascent.kinds.cells.crops.wells import beside, detect_layout, read_channels
from nascent.kinds.cells.simulate.intensities import checked_channels
from nascent.shards import steps


def study_channels(study: Study, wells: pd.DataFrame) -> list[str]:
    """Return the channels of a study's wells, in their order.

    Every measured well is looked at: its place, its layout, its list of channels.

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
        Where two wells lie at one place, or the target is no channel; the nearest is named.
    """
    if study.simulate is not None:
        channels = list(checked_channels(study.simulate.channels))
    else:
        channels = _measured_channels(Path(study.data), wells)
    target = study.crops.target
    if target not in channels:
        raise ConfigError(
            f"there is no channel {target!r}",
            where="crops.target",
            mend=did_you_mean(target, channels),
        )
    return channels


def input_channels(study: Study, channels: list[str]) -> list[str]:
    """Return the channels that models see, in their order; see `nascent.shards.steps`."""
    return steps.input_channels(channels, target=study.crops.target, inputs=study.shards.inputs)


def model_channels(study: Study, model: str, inputs: list[str]) -> list[str]:
    """Return the channels that one model sees: its own choice among those of the study.

    Parameters
    ----------
    study
        The checked config.
    model
        Its name.
    inputs
        The channels of the study's models, see `input_channels`; those that floors see too.

    Raises
    ------
    ConfigError
        Where a channel is none of the inputs (the nearest is named), or the model would see the
        channel whose mean it also predicts.
    """
    options = study.train.model(model)
    chosen = inputs if options.channels is None else options.channels
    for name in chosen:
        if name not in inputs:
            raise ConfigError(
                f"{name!r} is none of the study's input channels",
                where=f"train.models.{model}.channels",
                mend=did_you_mean(name, inputs),
            )
    for column in options.also_predict:
        if column.startswith("mean_") and column.removeprefix("mean_") in chosen:
            raise ConfigError(
                f"{column!r} is the mean of a channel that the model sees",
                where=f"train.models.{model}.also_predict",
                mend="Leave the channel out of the model's channels, or the column out of these.",
            )
    return list(chosen)


def check_channel_groups(study: Study, inputs: list[str]) -> None:
    """Refuse groups of channels (`explain.channel_groups`) that the study's inputs do not allow.

    Raises
    ------
    ConfigError
        Where a group names a channel that is no input (the nearest is named), is called like a
        channel, or shares a channel with another group.
    """
    groups = study.explain.channel_groups
    if not isinstance(groups, dict):
        return
    owners: dict[str, str] = {}
    for group, channels in groups.items():
        where = f"explain.channel_groups.{group}"
        check_channel_names([group], where=where, what="group of channels")
        if group in inputs:
            raise ConfigError(
                f"the group {group!r} is called like a channel",
                where=where,
                mend="Call it otherwise: tables name both in one column.",
            )
        for name in channels:
            if name not in inputs:
                raise ConfigError(
                    f"{name!r} is none of the study's input channels",
                    where=where,
                    mend=did_you_mean(name, inputs),
                )
            if name in owners:
                raise ConfigError(
                    f"{name!r} is in the group {owners[name]!r} too",
                    where=where,
                    mend="Put a channel into one group alone: shares of groups sum to 1.",
                )
            owners[name] = group


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
            check_channel_names(channels, where=listed, text=layout == "text")
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
