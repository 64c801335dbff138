"""Which features each model of a study sees, told before the first job."""

from collections.abc import Sequence

from nascent.config.names import check_channel_names
from nascent.config.sections import Study
from nascent.errors import ConfigError, did_you_mean
from nascent.examples import InputSpec
from nascent.input_names import Features, owners
from nascent.reader import IMAGE, usual_reader


def image_of(inputs: Sequence[InputSpec]) -> InputSpec | None:
    """Return the first input that is an image, whose features are channels; None where none is."""
    return next((one for one in inputs if usual_reader(one) == IMAGE), None)


def model_features(study: Study, model: str, inputs: Sequence[InputSpec]) -> dict[str, list[str]]:
    """Return input → the features of it that one model sees: of an image the channels it chose.

    Parameters
    ----------
    study
        The checked config.
    model
        Its name.
    inputs
        Of the study's models.

    Raises
    ------
    ConfigError
        As `model_channels`.
    """
    image = image_of(inputs)
    seen = {one.name: list(one.features) for one in inputs}
    further = [name for one in inputs if one is not image for name in one.features]
    chosen = model_channels(study, model, list(image.features) if image else [], further=further)
    return seen | ({image.name: chosen} if image else {})


def model_channels(
    study: Study, model: str, inputs: Sequence[str], *, further: Sequence[str] = ()
) -> list[str]:
    """Return the channels that one model sees: its own choice among those of the study.

    Parameters
    ----------
    study
        The checked config.
    model
        Its name.
    inputs
        The channels of the study's models; none where no input is an image.
    further
        Features that it sees besides.

    Raises
    ------
    ConfigError
        Where a channel is none of the inputs (the nearest is named), or the model would see the
        feature whose mean it also predicts.
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
        own = column.removeprefix("mean_")
        if column.startswith("mean_") and own in {*chosen, *further}:
            raise ConfigError(
                f"{column!r} is the mean of a channel that the model sees",
                where=f"train.models.{model}.also_predict",
                mend="Leave the channel out of the model's channels, or the column out of these.",
            )
    return list(chosen)


def check_channel_groups(study: Study, features: Features) -> None:
    """Refuse groups of channels (`explain.channel_groups`) that the study's inputs do not allow.

    Parameters
    ----------
    study
        The checked config.
    features
        Input → names of its features, see `nascent.input_names.features_of`.

    Raises
    ------
    ConfigError
        Where a group names a channel that is of no input (the nearest is named), or channels of
        two inputs, is called like a channel, or shares a channel with another group.
    """
    groups = study.explain.channel_groups
    if not isinstance(groups, dict):
        return
    input_of = owners(features)
    owner: dict[str, str] = {}
    for group, channels in groups.items():
        where = f"explain.channel_groups.{group}"
        check_channel_names([group], where=where, what="group of channels")
        if group in input_of:
            raise ConfigError(
                f"the group {group!r} is called like a channel",
                where=where,
                mend="Call it otherwise: tables name both in one column.",
            )
        for name in channels:
            if name not in input_of:
                raise ConfigError(
                    f"{name!r} is none of the study's input channels",
                    where=where,
                    mend=did_you_mean(name, input_of),
                )
            if name in owner:
                raise ConfigError(
                    f"{name!r} is in the group {owner[name]!r} too",
                    where=where,
                    mend="Put a channel into one group alone: shares of groups sum to 1.",
                )
            owner[name] = group
        if len(set(map(input_of.get, channels))) > 1:
            raise ConfigError(
                "its channels are of two inputs: "
                + ", ".join(f"{name} of {input_of[name]}" for name in channels),
                where=where,
                mend="Group channels of one input: maps of two have no place in common.",
            )
