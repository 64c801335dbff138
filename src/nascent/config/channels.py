"""Which features each model of a study sees, told before the first job."""

from nascent.config.names import check_channel_names
from nascent.config.sections import Study
from nascent.errors import ConfigError, did_you_mean


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
