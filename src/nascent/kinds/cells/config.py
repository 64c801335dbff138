"""The keys of a study of single cells: its wells, their tables, simulation and crops."""

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from nascent.config import sections
from nascent.config.section import Fraction, Positive, Section
from nascent.kinds.cells.simulate.published import TARGET


class Tables(Section):
    """Optional tables of the whole plate; a relative path starts at `data`."""

    cell_cycle: str | None = Field(
        None,
        description="CSV `mapobject_id, cell_cycle`, joined to `mapobject_id_cell`; `plate_name`"
        " where plates number their cells alike",
    )
    wells: str | None = Field(
        None,
        description="CSV `plate_name, well_name, cell_type, perturbation, duration`,"
        " joined to `plate_name_cell, well_name_cell`",
    )
    background: str | None = Field(
        None,
        description="CSV `channel, measurement_type, cell_line, mean_background`: background a"
        " channel, camera counts",
    )


class Simulate(Section):
    """A plate of simulated wells with a planted transcription rate, in place of measured ones."""

    layout: Literal["text", "numpy", "campa"] = Field("text", description="Layout of the raw wells")
    nuclei: Positive = Field(200, description="Nuclei a well")
    channels: list[str] | None = Field(
        None, description="Channels to simulate; null: the 38 of the published plate"
    )
    truth: Literal["structure", "intensity", "both"] = Field(
        "structure",
        description="What sets the rate: arrangement of speckles and polymerase foci, channel"
        " means, or both",
    )
    mean_area: float = Field(
        13209, ge=100, description="Mean area of a nucleus, pixels; sets the scale of everything"
    )
    well_effect: float = Field(
        0.0, ge=0, description="Well-to-well shift of target and intensities, SDs of the target"
    )
    well_stain: float | None = Field(
        None,
        ge=0,
        description="SD of the log of a well's staining factors, one a channel; null:"
        " 0.2 × `well_effect`",
    )
    noise: Fraction = Field(
        0.1, description="Share of the target's variance that nothing in the image explains"
    )


class QualityRule(Section):
    """Cells whose `column` equals `value` are removed."""

    column: str = Field(description="Column of the cell table")
    value: bool | int | float | str | None = Field(
        description="Cells with this value are removed; null: those where it is missing"
    )


class Crops(Section):
    """From a raw well to crops of its nuclei."""

    size: Positive = Field(224, description="Edge S of a crop, pixels")
    pixel_size: float | None = Field(
        None,
        gt=0,
        allow_inf_nan=False,
        description="Edge of a pixel, µm, for the scale bars of figures; null: not known, and bars"
        " are in pixels. Nothing is computed with it",
    )
    target_background: Literal["keep", "subtract"] = Field(
        "keep",
        description="Whether the channel's background is subtracted from each pixel of the target",
    )
    background_cell_line: str = Field(
        "HeLa", description="Rows of the background table that count (column `cell_line`)"
    )
    dtype: Literal["uint8", "uint16", "int32", "float32", "float64"] | None = Field(
        None, description="Type of the stored pixels; null: as measured"
    )
    oversize: Literal["drop", "shrink", "crop"] = Field(
        "drop", description="What becomes of a nucleus larger than the crop"
    )
    duplicates: Literal["error", "first", "last"] = Field(
        "error", description="Which wins where a cell id comes twice"
    )
    id_scope: Literal["study", "plate"] = Field(
        "study",
        description="`study`: cell ids as in the raw data; `plate`: `<plate>/<id>`, for plates"
        " that number their cells alike",
    )
    quality: list[QualityRule] = Field(
        default_factory=list, description="Quality control: a list of {column, value}"
    )
    exclude: str | None = Field(
        None, description="File of cell ids to leave out, one a line; starts at the working folder"
    )
    codec: Literal["blosc", "gzip"] = Field(
        "blosc", description="Compression: `blosc` is fast, `gzip` is read everywhere"
    )


class Target(sections.Target):
    """What is predicted of a cell."""

    column: str | None = Field(
        None,
        description="Column of the cell table that is predicted, such as `perturbation`; null: the"
        " mean of `channel`",
    )
    channel: str | None = Field(
        None,
        description="Channel whose mean over the measured pixels is the column `target` of every"
        " cell table, and which no model sees, whatever `column` is predicted; null: that in which"
        " a simulation plants the rate; measured wells must name one",
    )
    label: str | None = Field(
        None, description="The target in words; null: the name of its column or channel"
    )


class Splits(sections.Splits):
    """Which cells train, which choose the epoch, which measure."""

    stratify: list[str] = Field(
        ["perturbation", "cell_cycle", "group"],
        description=sections.Splits.model_fields["stratify"].description,
    )
    balance: list[str] = Field(
        ["perturbation"], description=sections.Splits.model_fields["balance"].description
    )


class Study(sections.Study):
    """One study of single cells: its raw data, target, models and explanations."""

    wells: str = Field(
        "config/wells.tsv",
        description="TSV of the wells: plate, well, and optionally path (within `data`; default:"
        " the well's name), layout, perturbation",
    )
    tables: Tables = Field(default_factory=Tables, description="Tables of the whole plate")
    simulate: Simulate | None = Field(None, description="Simulate the wells instead")
    crops: Crops = Field(default_factory=Crops, description="Raw wells → crops")
    target: Target = Field(default_factory=Target, description="What is predicted of a cell")
    splits: Splits = Field(default_factory=Splits, description="Cells → train, val, test")

    @model_validator(mode="before")
    @classmethod
    def _with_planted_channel(cls, given: Any) -> Any:
        """Fill in the channel of the target where the wells are simulated."""
        if not isinstance(given, Mapping) or given.get("simulate") is None:
            return given
        target = given.get("target") or {}
        if not isinstance(target, Mapping) or target.get("channel") is not None:
            return given
        return {**given, "target": {**target, "channel": TARGET}}

    @model_validator(mode="after")
    def _measured_or_simulated(self) -> Self:
        if (self.data is None) == (self.simulate is None):
            raise ValueError("give either `data` (measured wells) or `simulate`, not both or none")
        if self.target.channel is None:
            raise ValueError(
                "target.channel: measured wells need the name of the channel whose mean is the"
                " column `target` of the cell table, and which no model sees; where target.column"
                " is predicted, name a channel that models can do without"
            )
        return self

    @property
    def target_name(self) -> str:
        """The column or channel that is predicted."""
        return self.target.column or self.target.channel

    @property
    def answers(self) -> tuple[str, ...]:
        """The columns of the cell table that hold the target."""
        mean = f"mean_{self.target.channel}"
        return (self.predicted,) if self.target.column else (self.predicted, mean)

    @property
    def hidden(self) -> tuple[str, ...]:
        """The channel of the target: whether it or a column is predicted, no model sees it."""
        return (self.target.channel,)

    @property
    def places(self) -> tuple[int, ...]:
        """Rows and columns of a crop, pixels."""
        return (self.crops.size, self.crops.size)

    @property
    def pixel_size(self) -> float | None:
        """Edge of a pixel of a crop, µm; None where it is not known or differs between crops."""
        return None if self.crops.oversize == "shrink" else self.crops.pixel_size


# What the example of a config shows where the default alone would not be valid.
SHOWN = {
    "data": "path/to/wells",
    "target.channel": TARGET,
    "crops.quality": [QualityRule(column="is_border_cell", value=1).plain()],
}
