"""Every key of a study's config: its type, default, unit and meaning.

What stands here is the only place where a key is defined. The JSON Schema, the key list of
config/README.md and the commented example are generated from it (`nascent.config.documents`).
"""

import math
from abc import abstractmethod
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Field, model_validator

from nascent.config.attribution import Attribute
from nascent.config.explanations import Explain
from nascent.config.models import Search, Train
from nascent.config.publish import Publish
from nascent.config.section import Name, Positive, Section, Seed, Share
from nascent.embed.hidden_layers import has_hidden_layer
from nascent.kind import DEFAULT, kind_of
from nascent.task import REGRESSION, known_tasks, task_of

Design = Literal["example", "group", "leave_one_group_out", "shuffle"]


class Target(Section):
    """What is predicted of an example."""

    task: Literal[known_tasks()] = Field(  # type: ignore[valid-type]
        REGRESSION, description="Kind of answer: `regression`, a number; `classes`, one of several"
    )
    column: str | None = Field(
        None,
        description="Column of the table of examples that is predicted; null: as the kind has it",
    )
    label: str | None = Field(None, description="The target in words; null: the name of its column")
    unit: str | None = Field(None, description="Unit of the target, shown in brackets")
    levels: list[str] | None = Field(
        None,
        min_length=2,
        description="Names of the classes, in the order of the network's outputs; null: those of"
        " the table of {groups}, where it has the column",
    )
    most: Positive = Field(
        50, description="Most values that a column of classes may have; more look like numbers"
    )


class Fractions(Section):
    """Share of the examples in each split, none empty; they sum to 1."""

    train: Share = Field(0.8, description="Share of the training {examples}")
    val: Share = Field(0.1, description="Share of the {examples} that choose the epoch")
    test: Share = Field(0.1, description="Share of the {examples} that measure the model")

    @model_validator(mode="after")
    def _sum_to_one(self) -> Self:
        total = math.fsum((self.train, self.val, self.test))
        if not math.isclose(total, 1, abs_tol=1e-9):
            raise ValueError(f"train, val and test sum to {total:g}, not to 1")
        return self


class Splits(Section):
    """Which examples train, which choose the epoch, which measure."""

    by: Design | Annotated[list[Design], Field(min_length=1)] = Field(
        "example",
        description="`example`: stratified; `group`: whole {groups} held out;"
        " `leave_one_group_out`: each group tests in turn; `shuffle`: the published plain shuffle."
        " Of a list, the first is explained and all are compared",
    )
    fractions: Fractions = Field(
        default_factory=Fractions, description="Share of the {examples} in each split"
    )
    group: str | None = Field(
        None,
        description="Column of the table of examples whose values are the groups, which are held"
        " out and resampled whole; null: {groups}, as the kind has them",
    )
    stratify: list[str] = Field(
        ["group"],
        description="Columns whose combinations are spread evenly over the splits (by example)",
    )
    balance: list[str] = Field(
        default_factory=list,
        description="Columns whose levels are spread evenly over the splits, as far as whole groups"
        " allow (by group); the target is always",
    )
    select: dict[str, list[str | int | float | None]] = Field(
        default_factory=dict,
        description="{Examples} of the study: column → allowed values, null for missing; empty:"
        " all",
    )
    fold: str | None = Field(
        None,
        description="The only group that tests (leave_one_group_out); null: each in turn",
    )
    time_limit: float = Field(
        60, gt=0, description="Bound on the search for the best set of groups (by group), seconds"
    )

    @model_validator(mode="after")
    def _once(self) -> Self:
        if len(set(self.designs)) < len(self.designs):
            raise ValueError(f"by: a design is listed twice in {list(self.designs)}")
        if self.fold is not None and "leave_one_group_out" not in self.designs:
            raise ValueError("fold: only leave_one_group_out has folds to choose from")
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
        description="Clip above this percentile of the training {examples}' measured pixels; null:"
        " no",
    )
    scale: bool = Field(False, description="Divide by the percentile")
    mean_extraction: bool = Field(False, description="Subtract the training mean")
    z_score: bool = Field(True, description="Subtract the training mean, divide by the SD")
    per_cell: bool = Field(
        False,
        description="Standardise each channel within each {example}: leaves structure, no"
        " intensity",
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

    cells: Positive = Field(512, description="{Examples} a shard")
    inputs: list[str] | None = Field(
        None,
        description="Input channels in the model's order; null: all but the target, the background"
        " stains (`BG…`) and the probability maps (`…_ILASTIK`)",
    )
    normalise: Normalise = Field(
        default_factory=Normalise, description="From measured counts to model input"
    )


class Evaluate(Section):
    """What every model is measured with, and the reference predictors beside it."""

    ridge_alphas: list[Annotated[float, Field(gt=0)]] = Field(
        [0.001, 0.01, 0.1, 1.0, 10.0, 100.0, 1000.0, 10000.0, 100000.0],
        min_length=1,
        description="Penalties among which cross-validation on the training {examples} chooses",
    )
    bootstrap: Positive = Field(
        2000, description="Bootstrap draws of the 95 % intervals, over examples and over groups"
    )


class Embed(Section):
    """What networks make of the examples before their last layer, and how it is drawn."""

    models: list[Name] | None = Field(
        None,
        description="Models whose {examples} are embedded; null: all that have a hidden layer;"
        " []: none",
    )
    layer: str | None = Field(
        None,
        description="Layer whose values are read; null: the one before the output layer",
    )
    neighbours: Positive = Field(
        15,
        description="Nearest {examples} that UMAP and the scores of neighbours look at, at most a"
        " third of all",
    )
    min_dist: Share = Field(0.1, description="How near UMAP draws {examples} that are alike")
    draws: Positive = Field(
        200, description="Random permutations of the values that give the chance of the scores"
    )


class Figures(Section):
    """What the figures show."""

    cells_per_stratum: Positive = Field(1, description="Example {examples} a stratum")
    top_channels: Positive = Field(
        10,
        description="Most channels in the figures of single {examples}; those that are left out are"
        " named",
    )


class Study(Section):
    """One study: its raw data, target, models and explanations."""

    study: Name = Field(description="Name of the study and of its folder in results/")
    kind: str = Field(
        DEFAULT,
        description="Kind of data that the study reads: a name, or the path of a folder that holds"
        " a kind",
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
        None, description="Folder that holds the raw data; null: they are simulated"
    )
    target: Target = Field(default_factory=Target, description="What is predicted of {a_example}")
    splits: Splits = Field(default_factory=Splits, description="{Examples} → train, val, test")
    shards: Shards = Field(default_factory=Shards, description="Crops → shards")
    train: Train = Field(default_factory=Train, description="Shards → models")
    tune: dict[Name, Search] = Field(
        default_factory=dict,
        description="Model → search for its options, before it is trained; empty: none",
    )
    evaluate: Evaluate = Field(default_factory=Evaluate, description="Models → metrics")
    embed: Embed = Field(default_factory=Embed, description="Models → vectors of the {examples}")
    attribute: Attribute = Field(default_factory=Attribute, description="Models → maps")
    explain: Explain = Field(default_factory=Explain, description="Maps → statements and checks")
    figures: Figures = Field(default_factory=Figures, description="Figures")
    publish: Publish = Field(
        default_factory=Publish, description="Whose the study is, for an archive of its results"
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
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
        self._refuse_models_without_vectors()
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
                f"train.models: {floors[0]!r} is the name of a reference predictor in the same"
                " tables; call the model otherwise"
            )
        for name in self.hidden:
            if name in (self.shards.inputs or ()):
                raise ValueError(
                    f"shards.inputs: {name!r} is the target; a model that sees it predicts nothing"
                )
        return self

    def _refuse_models_without_vectors(self) -> None:
        for name in self.embed.models or ():
            if name not in self.train.models:
                raise ValueError(
                    f"embed.models: {name} is not in train.models ({', '.join(self.train.models)})"
                )
            if self.embed.layer is None and not self._has_hidden_layer(name):
                raise ValueError(
                    f"embed.models: {name} has no hidden layer; leave it out, or name one of its"
                    " layers in embed.layer"
                )

    def _has_hidden_layer(self, model: str) -> bool:
        chosen = self.train.model(model)
        return has_hidden_layer(
            chosen.architecture, head=chosen.layers.head, embedding=chosen.layers.embedding
        )

    def _refuse_other_tasks(self) -> None:
        kind, task = kind_of(self.kind), task_of(self.target.task)
        if task.name not in kind.floors:
            raise ValueError(
                f"target.task: a study of kind {kind.name} cannot do {task.name}; it can do"
                f" {', '.join(kind.floors)}"
            )
        if task.has_classes and self.target.column is None:
            raise ValueError(
                "target.column: name the column of the table of examples that holds classes"
            )
        if self.target.levels is not None and not task.has_classes:
            raise ValueError(
                f"target.levels: {task.name} has no classes; did you mean target.task: classes?"
            )

    @property
    def predicted(self) -> str:
        """The column of the table of examples that every model predicts."""
        return self.target.column or kind_of(self.kind).target

    @property
    def label(self) -> str:
        """The target in words, with its unit in brackets."""
        words = self.target.label or self.target_name
        return f"{words} ({self.target.unit})" if self.target.unit else words

    @property
    def target_name(self) -> str:
        """What the target is called where the config has no words for it."""
        return self.predicted

    @property
    def answers(self) -> tuple[str, ...]:
        """The columns of the table of examples that hold the target."""
        return (self.predicted,)

    @property
    def hidden(self) -> tuple[str, ...]:
        """Features that no model may see, for they hold the target."""
        return ()

    @property
    def pixel_size(self) -> float | None:
        """Edge of a pixel of an image, µm; None where it is not known."""
        return None

    @property
    @abstractmethod
    def places(self) -> tuple[int, ...]:
        """Shape of what models see of an example, without its features."""

    def strata_of_cells(self) -> dict[str, Any]:
        """Return the options of the strata; where classes are predicted, these are the strata."""
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

    def embedded_models(self) -> list[str]:
        """Return the models whose vectors of examples are made."""
        chosen = self.embed.models
        if chosen is not None:
            return list(chosen)
        return [name for name in self.train.models if self._has_hidden_layer(name)]

    def used_models(self) -> list[str]:
        """Return the models that are asked what they use of each channel."""
        chosen = self.explain.use.models
        return list(self.train.models) if chosen is None else list(chosen)

    def models_explained_by(self, method: str) -> list[str]:
        """Return the models whose maps are made by a method."""
        chosen = self.attribute.methods[method].models
        return self.explained_models() if chosen is None else list(chosen)


def sections(model: type[BaseModel]) -> Mapping[str, type[BaseModel]]:
    """Return the names and types of the sections directly under `model`."""
    found = {}
    for name, field in model.model_fields.items():
        for kind in [field.annotation, *getattr(field.annotation, "__args__", ())]:
            if isinstance(kind, type) and issubclass(kind, Section):
                found[name] = kind
    return found
