"""Every key of a study's config: its type, default, unit and meaning.

What stands here is the only place where a key is defined. The JSON Schema, the key list of
config/README.md and the commented example are generated from it (`nascent.config.documents`).
"""

import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Field, model_validator

from nascent.config.attribution import Attribute
from nascent.config.explanations import Explain
from nascent.config.models import Search, Train
from nascent.config.section import Fraction, Name, Positive, Section, Seed, Share
from nascent.kind import kind_of, known_kinds
from nascent.task import REGRESSION, known_tasks, task_of

Design = Literal["cell", "well", "leave_one_well_out", "shuffle"]


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
    target: str = Field(
        "00_EU", description="Channel whose mean over the measured pixels is the target"
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


class Target(Section):
    """What is predicted of a cell."""

    task: Literal[known_tasks()] = Field(  # type: ignore[valid-type]
        REGRESSION, description="Kind of answer: `regression`, a number; `classes`, one of several"
    )
    column: str | None = Field(
        None,
        description="Column of the cell table that is predicted, such as `perturbation`; null: the"
        " mean of the channel `crops.target`",
    )
    label: str | None = Field(
        None,
        description="The target in words, with its unit in brackets; null: as the kind of study has"
        " it, or the name of the column",
    )
    levels: list[str] | None = Field(
        None,
        min_length=2,
        description="Names of the classes, in the order of the network's outputs; null: those of"
        " the wells table, where the column is `perturbation`",
    )
    most: Positive = Field(
        50, description="Most values that a column of classes may have; more look like numbers"
    )


class Fractions(Section):
    """Share of the cells in each split, none empty; they sum to 1."""

    train: Share = Field(0.8, description="Share of the training cells")
    val: Share = Field(0.1, description="Share of the cells that choose the epoch")
    test: Share = Field(0.1, description="Share of the cells that measure the model")

    @model_validator(mode="after")
    def _sum_to_one(self) -> Self:
        total = math.fsum((self.train, self.val, self.test))
        if not math.isclose(total, 1, abs_tol=1e-9):
            raise ValueError(f"train, val and test sum to {total:g}, not to 1")
        return self


class Splits(Section):
    """Which cells train, which choose the epoch, which measure."""

    by: Design | Annotated[list[Design], Field(min_length=1)] = Field(
        "cell",
        description="`cell`: stratified; `well`: whole wells held out; `leave_one_well_out`: each"
        " well tests in turn; `shuffle`: the published plain shuffle. Of a list, the first is"
        " explained and all are compared",
    )
    fractions: Fractions = Field(
        default_factory=Fractions, description="Share of the cells in each split"
    )
    stratify: list[str] = Field(
        ["perturbation", "cell_cycle", "well"],
        description="Columns whose combinations are spread evenly over the splits (by cell)",
    )
    select: dict[str, list[str | int | float | None]] = Field(
        default_factory=dict,
        description="Cells of the study: column → allowed values, null for missing; empty: all",
    )
    fold: str | None = Field(
        None, description="The only well that tests (leave_one_well_out); null: each in turn"
    )
    time_limit: float = Field(
        60, gt=0, description="Bound on the search for the best set of wells (by well), seconds"
    )

    @model_validator(mode="after")
    def _once(self) -> Self:
        if len(set(self.designs)) < len(self.designs):
            raise ValueError(f"by: a design is listed twice in {list(self.designs)}")
        if self.fold is not None and "leave_one_well_out" not in self.designs:
            raise ValueError("fold: only leave_one_well_out has folds to choose from")
        return self

    @property
    def designs(self) -> tuple[Design, ...]:
        """The designs, the one that is explained first."""
        return (self.by,) if isinstance(self.by, str) else tuple(self.by)


class Normalise(Section):
    """Steps from measured counts to model input, in this order, each applied when read."""

    background: bool = Field(
        False, description="Subtract the channel's background, negatives become 0"
    )
    clip: float | None = Field(
        98,
        gt=0,
        le=100,
        description="Clip above this percentile of the training cells' measured pixels; null: no",
    )
    scale: bool = Field(False, description="Divide by the percentile")
    mean_extraction: bool = Field(False, description="Subtract the training mean")
    z_score: bool = Field(True, description="Subtract the training mean, divide by the SD")
    per_cell: bool = Field(
        False,
        description="Standardise each channel within each cell: leaves structure, no intensity",
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.scale and self.clip is None:
            raise ValueError("scale divides by the percentile of `clip`, which is null")
        if self.mean_extraction and self.z_score:
            raise ValueError("mean_extraction and z_score would subtract the mean twice")
        return self


class Shards(Section):
    """Train, val and test shards, and how their pixels are normalised."""

    cells: Positive = Field(512, description="Cells a shard")
    inputs: list[str] | None = Field(
        None,
        description="Input channels in the model's order; null: all but the target, the background"
        " stains (`BG…`) and the probability maps (`…_ILASTIK`)",
    )
    normalise: Normalise = Field(
        default_factory=Normalise, description="From measured counts to model input"
    )


class Evaluate(Section):
    """What every model is measured with, and the floors it is shown beside."""

    ridge_alphas: list[Annotated[float, Field(gt=0)]] = Field(
        [0.001, 0.01, 0.1, 1.0, 10.0, 100.0, 1000.0, 10000.0, 100000.0],
        min_length=1,
        description="Penalties among which cross-validation on the training cells chooses",
    )
    bootstrap: Positive = Field(
        2000, description="Bootstrap draws of the 95 % intervals, over cells and over wells"
    )


class Figures(Section):
    """What the figures show."""

    cells_per_stratum: Positive = Field(1, description="Example cells a stratum")
    top_channels: Positive = Field(8, description="Channels in the figures of single cells")


class Study(Section):
    """One study: its raw data, target, models and explanations."""

    study: Name = Field(description="Name of the study and of its folder in results/")
    kind: Literal[known_kinds()] = Field(  # type: ignore[valid-type]
        "cells", description="Kind of data that the study reads"
    )
    seed: Seed = Field(123, description="Seed of simulation, splits, shuffling and bootstrap")
    deterministic: bool = Field(
        True,
        description="Whether models are trained and explained so that equal runs give equal bits;"
        " false leaves GPUs their fastest kernels",
    )
    environment: Literal["cpu", "cuda"] = Field(
        "cpu",
        description="Packages that jobs get from `--sdm conda`: envs/cpu.yaml, or envs/cuda.yaml"
        " for GPUs of NVIDIA",
    )
    data: str | None = Field(
        None, description="Folder that holds the raw wells; null: they are simulated"
    )
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
    shards: Shards = Field(default_factory=Shards, description="Crops → shards")
    train: Train = Field(default_factory=Train, description="Shards → models")
    tune: dict[Name, Search] = Field(
        default_factory=dict,
        description="Model → search for its options, before it is trained; empty: none",
    )
    evaluate: Evaluate = Field(default_factory=Evaluate, description="Models → metrics")
    attribute: Attribute = Field(default_factory=Attribute, description="Models → maps")
    explain: Explain = Field(default_factory=Explain, description="Maps → statements and checks")
    figures: Figures = Field(default_factory=Figures, description="Figures")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.data is None) == (self.simulate is None):
            raise ValueError("give either `data` (measured wells) or `simulate`, not both or none")
        unknown = set(self.attribute.models or ()) - set(self.train.models)
        if unknown:
            raise ValueError(
                f"attribute.models: {', '.join(sorted(unknown))} is not in train.models"
                f" ({', '.join(self.train.models)})"
            )
        for name, method in self.attribute.methods.items():
            unknown = set(method.models or ()) - set(self.explained_models())
            if unknown:
                raise ValueError(
                    f"attribute.methods.{name}.models: {', '.join(sorted(unknown))} is not among"
                    f" the models that are explained ({', '.join(self.explained_models())})"
                )
        unknown = set(self.explain.use.models or ()) - set(self.train.models)
        if unknown:
            raise ValueError(
                f"explain.use.models: {', '.join(sorted(unknown))} is not in train.models"
                f" ({', '.join(self.train.models)})"
            )
        for name in self.tune:
            if name not in self.train.models:
                raise ValueError(
                    f"tune: {name} is not in train.models ({', '.join(self.train.models)})"
                )
        self._refuse_other_tasks()
        known = kind_of(self.kind).floors[self.target.task]
        floors = [name for name in known if name in self.train.models]
        if floors:
            raise ValueError(
                f"train.models: {floors[0]!r} is the name of a floor, which stands in the same"
                " tables; call the model otherwise"
            )
        if self.crops.target in (self.shards.inputs or ()):
            raise ValueError(
                f"shards.inputs: {self.crops.target!r} is the target; a model that sees it"
                " predicts nothing"
            )
        return self

    def _refuse_other_tasks(self) -> None:
        kind, task = kind_of(self.kind), task_of(self.target.task)
        if task.name not in kind.floors:
            raise ValueError(
                f"target.task: a study of kind {kind.name} cannot do {task.name}; it can do"
                f" {', '.join(kind.floors)}"
            )
        if task.has_classes and self.target.column is None:
            raise ValueError("target.column: name the column of the cell table that holds classes")
        if self.explain.roar is not None and not task.has_errors:
            raise ValueError(
                "explain.roar: retrained models are held against each other by R², which"
                f" {task.name} has not; leave it out"
            )
        if self.target.levels is not None and not task.has_classes:
            raise ValueError(
                f"target.levels: {task.name} has no classes; did you mean target.task: classes?"
            )

    @property
    def predicted(self) -> str:
        """The column of the cell table that every model predicts."""
        return self.target.column or kind_of(self.kind).target

    @property
    def label(self) -> str:
        """The target in words, with its unit."""
        named = self.target.column or kind_of(self.kind).target_label
        return self.target.label or named

    def strata_of_cells(self) -> dict[str, Any]:
        """Return the options of the strata of cells; where classes are predicted, these are it."""
        strata = self.explain.strata.plain()
        if task_of(self.target.task).has_classes and strata["by"] != "column":
            strata |= {"by": "column", "column": self.predicted}
        return strata

    def plain(self) -> dict[str, Any]:
        """Return the study with its defaults filled in, as JSON-able values.

        A model has what it does not give itself from `train.defaults`, as its jobs do.
        """
        told = super().plain()
        told["train"]["models"] = {
            name: self.train.model(name).plain() for name in self.train.models
        }
        return told

    def explained_models(self) -> list[str]:
        """Return the models whose maps are made."""
        chosen = self.attribute.models
        return list(self.train.models) if chosen is None else list(chosen)

    def used_models(self) -> list[str]:
        """Return the models that are asked what they use of each channel."""
        chosen = self.explain.use.models
        return list(self.train.models) if chosen is None else list(chosen)

    def models_explained_by(self, method: str) -> list[str]:
        """Return the models whose maps are made by a method."""
        chosen = self.attribute.methods[method].models
        return self.explained_models() if chosen is None else list(chosen)


def sections(model: type[BaseModel] = Study) -> Mapping[str, type[BaseModel]]:
    """Return the names and types of the sections directly under `model`."""
    found = {}
    for name, field in model.model_fields.items():
        for kind in [field.annotation, *getattr(field.annotation, "__args__", ())]:
            if isinstance(kind, type) and issubclass(kind, Section):
                found[name] = kind
    return found
