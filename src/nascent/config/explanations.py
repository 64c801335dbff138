"""The config section `explain`: from maps to statements, and the checks of the maps."""

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from nascent.config.section import Name, Positive, Section, Seed, Share


class Strata(Section):
    """The strata of examples that shares of channels are told for."""

    by: Literal["sd", "quantiles", "column"] = Field(
        "sd",
        description="`sd`: low and high lie `width` SDs from the mean of the training {examples};"
        " `quantiles`: limits are quantiles of the training {examples}; `column`: levels of a"
        " column of the {example} table",
    )
    width: float = Field(
        1.0, gt=0, description="Low and high: beyond this many SDs from the training mean (`sd`)"
    )
    quantiles: tuple[Share, Share] = Field(
        (0.25, 0.75), description="Limits of low and high (`quantiles`)"
    )
    column: str | None = Field(None, description="Column of the {example} table (`column`)")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.by == "column") != (self.column is not None):
            raise ValueError("give `column` where the strata are by column, and only there")
        if self.quantiles[0] >= self.quantiles[1]:
            raise ValueError("quantiles: the lower limit comes first")
        return self


class Untrained(Section):
    """Models of random weights, which shares of channels are held against."""

    models: Annotated[int, Field(ge=2)] = Field(
        16,
        description="Copies with random weights; with fewer the band of what they give is wider: at"
        " 99 % by a fifth with 8, twice with 4",
    )
    cells: Positive = Field(2, description="{Examples} of each stratum that every copy explains")


class Region(Section):
    """One kind of region of the example, told by a bright channel."""

    channel: str = Field(description="Channel that shows it")
    percentile: float = Field(
        90.0,
        gt=0,
        lt=100,
        description="Pixels above this percentile of the {example}'s measured ones",
    )


class Use(Section):
    """How much a trained model loses without what a channel tells."""

    models: list[Name] | None = Field(
        None, description="Models; null: all of the study, whether their maps are made or not"
    )
    cells: Positive = Field(1000, description="Test {examples} at most")
    repeats: Annotated[int, Field(ge=2)] = Field(
        3, description="Other {examples} whose channel each {example} is given in turn"
    )

    @field_validator("models")
    @classmethod
    def _once(cls, given: list[str] | None) -> list[str] | None:
        if given is not None and len(set(given)) < len(given):
            raise ValueError(f"an entry is listed twice in {given}")
        return given


class Removal(Section):
    """Deletion and insertion of pixels."""

    fractions: list[Annotated[float, Field(gt=0, le=1)]] = Field(
        [0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0],
        min_length=2,
        description="Shares of the measured pixels removed, ascending",
    )
    random: Positive = Field(3, description="Random orders, which the curves are held against")

    @model_validator(mode="after")
    def _ascending(self) -> Self:
        if sorted(set(self.fractions)) != self.fractions:
            raise ValueError("fractions must ascend")
        return self


class Roar(Section):
    """Models retrained on crops whose top entries are removed."""

    models: list[Name] | None = Field(None, description="Models; null: all that are explained")
    methods: list[Name] = Field(min_length=1, description="Methods whose order is tried")
    fractions: list[Share] = Field(
        [0.1, 0.3, 0.5, 0.7, 0.9],
        min_length=1,
        description="Shares of the entries removed, ascending",
    )
    rank: Literal["entries", "pixels"] = Field(
        "entries",
        description="`entries`: pixels of each channel on their own; `pixels`: all channels of a"
        " pixel together",
    )
    seeds: list[Seed] | None = Field(
        None,
        min_length=1,
        description="Seeds of the models whose maps give the order, and of their retraining; null:"
        " the lowest of each model",
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for name, given in (
            ("models", self.models or []),
            ("methods", self.methods),
            ("seeds", self.seeds or []),
        ):
            if len(set(given)) < len(given):
                raise ValueError(f"{name}: an entry is listed twice in {given}")
        if sorted(set(self.fractions)) != self.fractions:
            raise ValueError("fractions must ascend")
        return self


class Randomisation(Section):
    """Maps of models whose weights are redrawn at random, from the output to the image."""

    stages: Positive = Field(6, description="Stages at most; each has some layers more")


class Sensitivity(Section):
    """Maps of images that are changed a little."""

    radius: float = Field(
        0.1, gt=0, description="Largest change, in units of the normalised channel"
    )
    draws: Positive = Field(4, description="Changed images {a_example}")


class Attention(Section):
    """How much of a map lies in the object."""

    rim: Annotated[int, Field(ge=0)] = Field(
        2, description="Pixels around the {object} that still count as it, where so told"
    )
    exchanges: Positive = Field(50, description="Masks of other {examples} tried on each map")


class Similarity(Section):
    """Which images the maps of a channel look like."""

    exchanges: Positive = Field(5, description="Other {examples} whose images stand for chance")
    bins: Annotated[int, Field(ge=2)] = Field(16, description="Bins of the mutual information")
    shown: Positive = Field(
        16, description="Most image channels in the figure, which says where some are left out"
    )


class Clusters(Section):
    """Channels grouped by their maps."""

    smoothing: float = Field(1.0, ge=0, description="SD of the smoothing in the plane, pixels")
    largest: Annotated[int, Field(ge=2)] = Field(8, description="Most clusters tried")


class Explorer(Section):
    """The page in which single cells are looked at."""

    cells: Positive = Field(
        200,
        description="{Examples} on the page, drawn evenly over the strata; fewer where there are",
    )
    channels: Positive = Field(
        8, description="Maps of so many channels of a model and method, of the largest mean share"
    )
    megabytes: Positive = Field(
        60, description="Largest page; fewer {examples} are shown if need be"
    )
    edge: Positive | None = Field(
        None,
        description="Longest side of {a_example} on the page, pixels; larger ones are binned; null:"
        " as measured",
    )


class Explain(Section):
    """From maps to statements about pixels and channels, and their checks."""

    strata: Strata = Field(default_factory=Strata, description="Strata of {examples}")
    confidence: float = Field(0.99, gt=0, lt=1, description="Of intervals and verdicts")
    bootstrap: Positive = Field(2000, description="Bootstrap draws")
    aggregate: Literal["absolute", "net", "smoothed", "squared"] = Field(
        "squared",
        description="How the shares of channels are summed wherever one is shown: `absolute` Σ|a|,"
        " `net` |Σa|, `smoothed` Σ|a smoothed within the {object}|, `squared` Σa²",
    )
    duplicates: float = Field(
        0.9,
        gt=0,
        le=1,
        description="Correlation of pixels, of either sign, at or above which input channels are"
        " said to repeat each other",
    )
    channel_groups: dict[str, list[str]] | Literal["found", "none"] | None = Field(
        "found",
        description="Channels that are also told of together. `found`: those that repeat each"
        " other (`duplicates`); name → channels; `none` or null: no groups",
    )
    use: Use = Field(default_factory=Use, description="Skill lost without a channel")
    untrained: Untrained = Field(
        default_factory=Untrained, description="Models that have learnt nothing"
    )
    cells: Positive = Field(
        64, description="{Examples} of the costly checks, drawn from those explained"
    )
    removal: Removal = Field(default_factory=Removal, description="Deletion and insertion")
    roar: Roar | None = Field(None, description="Remove and retrain; null: not done")
    randomised_targets: bool = Field(
        False, description="Train each explained model once on permuted targets, and compare maps"
    )
    randomisation: Randomisation = Field(
        default_factory=Randomisation, description="Maps of the same model with random weights"
    )
    sensitivity: Sensitivity = Field(default_factory=Sensitivity, description="Small changes")
    attention: Attention = Field(default_factory=Attention, description="Share in the {object}")
    similarity: Similarity = Field(
        default_factory=Similarity, description="Maps against image channels"
    )
    clusters: Clusters = Field(default_factory=Clusters, description="Channels by their maps")
    regions: dict[Name, Region] = Field(
        default_factory=dict, description="Name → region of the {example} told by a bright channel"
    )
    explorer: Explorer = Field(default_factory=Explorer, description="Page of single {examples}")

    @field_validator("channel_groups", mode="before")
    @classmethod
    def _known_word(cls, given: object) -> object:
        # Of a union pydantic would tell what each of its types finds wrong.
        if isinstance(given, str) and given not in ("found", "none"):
            raise ValueError(
                f"{given!r} is no choice: give `found`, `none` or a mapping of names to channels"
            )
        return given

    @field_validator("channel_groups")
    @classmethod
    def _groups(cls, given: dict[str, list[str]] | str | None) -> dict[str, list[str]] | str | None:
        if isinstance(given, dict):
            for name, channels in given.items():
                _refuse_group(name, channels)
            return given or None
        return None if given == "none" else given


def _refuse_group(name: str, channels: list[str]) -> None:
    if not name.strip():
        raise ValueError("a group has no name")
    if repeated := sorted({one for one in channels if channels.count(one) > 1}):
        raise ValueError(f"group {name!r} names channel {repeated[0]!r} twice")
    if len(channels) < 2:
        raise ValueError(f"group {name!r} needs two channels or more, not {len(channels)}")
