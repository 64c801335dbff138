"""What is done to measured counts before a model sees them, and to which channels."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Self

from nascent.errors import ConfigError, did_you_mean

# 00_BG488: a staining cycle, then the name. 09_SRRM2_ILASTIK: a segmentation, not a stain.
_NO_INPUT = re.compile(r"^(\d+_)?BG\d*$|_ILASTIK$")


@dataclass(frozen=True)
class Steps:
    """The steps of normalisation, done in the order of the attributes.

    Attributes
    ----------
    background : bool
        Subtract the channel's background; negative counts become 0.
    clip : float or None
        Set counts above this percentile of the training examples' measured pixels to it.
    scale : bool
        Divide by the value of that percentile.
    mean_extraction : bool
        Subtract the training mean.
    z_score : bool
        Subtract the training mean and divide by the training SD.
    per_cell : bool
        Bring each channel of each example to mean 0 and SD 1 over its measured pixels, which leaves
        structure and no intensity; a channel that is constant in an example becomes 0.
    """

    background: bool = False
    clip: float | None = 98.0
    scale: bool = False
    mean_extraction: bool = False
    z_score: bool = True
    per_cell: bool = False

    def __post_init__(self) -> None:
        where = "shards.normalise"
        if self.clip is not None and not 0 < self.clip <= 100:
            raise ConfigError(
                f"clip is the percentile {self.clip}", where=where, mend="Give one in (0, 100]."
            )
        if self.scale and self.clip is None:
            raise ConfigError(
                "scale divides by the percentile of clip, which is null",
                where=where,
                mend="Set clip, or leave scale out.",
            )
        if self.mean_extraction and self.z_score:
            raise ConfigError(
                "mean_extraction and z_score together would subtract the mean twice",
                where=where,
                mend="Keep one of them.",
            )

    @classmethod
    def of(cls, section: Mapping[str, Any]) -> Self:
        """Return the steps a config section names; keys left out keep their defaults."""
        known = [field.name for field in fields(cls)]
        for key in section:
            if key not in known:
                raise ConfigError(
                    f"there is no step {key!r}",
                    where="shards.normalise",
                    mend=did_you_mean(key, known),
                )
        return cls(**section)


def input_channels(
    channels: Sequence[str], *, target: str, inputs: Sequence[str] | None = None
) -> list[str]:
    """Return the channels a model is given, in its order.

    Parameters
    ----------
    channels
        Of the crops.
    target
        The channel the model predicts, never among its inputs.
    inputs
        The channels asked for; None for all but the target, the background stains (`BG488`, with or
        without a cycle's number before it) and the probability maps (`…_ILASTIK`).

    Raises
    ------
    ConfigError
        Where a channel is not there (the nearest is named), comes twice or is the target, or none
        is left.
    """
    if inputs is None:
        inputs = [name for name in channels if name != target and not _NO_INPUT.search(name)]
    for name in inputs:
        if name not in channels:
            raise ConfigError(
                f"there is no channel {name!r}",
                where="shards.inputs",
                mend=did_you_mean(name, channels),
            )
    if target in inputs:
        raise ConfigError(
            f"the target {target!r} is among the inputs",
            where="shards.inputs",
            mend="A model that sees its target learns nothing else: leave it out.",
        )
    if not inputs or len(set(inputs)) < len(inputs):
        raise ConfigError(
            "no input channel is left" if not inputs else "an input channel is listed twice",
            where="shards.inputs",
            mend="List each channel the model shall see once.",
        )
    return list(inputs)
