"""The keys of a model: how it is built, augmented, trained, tuned, and what its jobs need."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from nascent.augmentation import PRESETS
from nascent.config.section import Name, Penalty, Positive, Section, Seed
from nascent.task import known_tasks, task_of

_TASKS = [task_of(name) for name in known_tasks()]
LOSSES = dict.fromkeys(loss for task in _TASKS for loss in task.losses)
FOLLOWED = tuple(dict.fromkeys(f"val_{task.learning}" for task in _TASKS))


class Layers(Section):
    """What a model is built of, beyond its architecture's body."""

    pooling: Literal["average", "masked_average", "flatten"] | None = Field(
        None,
        description="From the body's map to features: over the frame, over the {object}, or every"
        " place by itself; null: as the architecture has it",
    )
    head: list[Positive] | None = Field(
        None,
        description="Units of the dense layers behind the pooling, each with batch normalisation"
        " and ReLU; null: as the architecture has it",
    )
    embedding: Positive | None = Field(
        None, description="Units of a plain dense layer before the output; null: none"
    )
    widths: list[Positive] | None = Field(
        None, description="Channels of the convolution blocks (simple_cnn); null: 64 and 128"
    )
    norm_momentum: float | None = Field(
        None,
        ge=0,
        lt=1,
        description="Share of its running means that a batch normalisation keeps a step; null: as"
        " fits the steps of an epoch, 0.9 for 17 and 0.99 for 179 or more",
    )
    dropout: float = Field(0.0, ge=0, lt=1, description="Dropout behind each layer of the head")
    body_l1: Penalty = Field(0.0, description="L1 penalty on every kernel of the body")
    body_l2: Penalty = Field(0.0, description="L2 penalty on every kernel of the body")
    head_l1: Penalty = Field(0.0, description="L1 penalty on every kernel behind the pooling")
    head_l2: Penalty = Field(0.0, description="L2 penalty on every kernel behind the pooling")
    output_l1: Penalty | None = Field(None, description="The same for the output; null: `head_l1`")
    output_l2: Penalty | None = Field(None, description="The same for the output; null: `head_l2`")
    bias_l1: Penalty = Field(0.0, description="L1 penalty on every bias")
    bias_l2: Penalty = Field(0.0, description="L2 penalty on every bias")


class Augment(Section):
    """What is redrawn for every example of a training batch."""

    preset: Literal[tuple(PRESETS)] = Field(  # type: ignore[valid-type]
        "none",
        description="`color-structure`: zoom, flip and turns; `structure`: the same and a shift of"
        " each channel's intensity; keys below override it",
    )
    shift: Literal["none", "uniform", "normal"] | None = Field(
        None,
        description="A number added to each channel's measured pixels: U(mean ± 3 SD) or"
        " N(mean, SD²); null: as the preset",
    )
    shift_mean: float | None = Field(
        None, description="Mean of the shift, units of the normalised channel; null: as the preset"
    )
    shift_sd: float | None = Field(
        None, ge=0, description="SD of the shift, the same units; null: as the preset"
    )
    noise_sd: float | None = Field(
        None,
        ge=0,
        description="SD of noise added to each measured pixel; null: as the preset",
    )
    zoom: Literal["none", "normal", "uniform", "equal"] | None = Field(
        None,
        description="Size of the {example} in its crop, drawn as the training {examples}' size"
        " ratios are: normal, uniform, or all brought to their mean; null: as the preset",
    )
    flip: bool | None = Field(None, description="Left–right flips; null: as the preset")
    turn: bool | None = Field(None, description="Quarter turns; null: as the preset")

    def resolved(self) -> dict[str, Any]:
        """Return every switch, those not given as the preset has them."""
        given = self.model_dump(exclude={"preset"}, exclude_none=True)
        return asdict(PRESETS[self.preset]) | given


class Resources(Section):
    """What the jobs of a model ask of the machine; results do not depend on it."""

    threads: Positive = Field(2, description="Threads of its training and evaluation")
    mem_mb: Positive | None = Field(
        None, description="Memory of its training, MB; null: by crop, channels and batch"
    )
    runtime: Positive = Field(240, description="Minutes its training may take")
    gpu: int = Field(
        1, ge=0, description="GPUs of each job that runs it, where the machine has any to give"
    )
    without_gpu: Literal["cpu", "error"] = Field(
        "cpu",
        description="Where the machine has no GPU and `gpu` asks for one: train on the CPU with a"
        " line in the log, or end at once with an error",
    )


class Model(Section):
    """How one model is built and trained."""

    architecture: str | None = Field(
        None,
        description="`linear`, `simple_cnn`, `resnet50v2`, `xception`, or the name of a backbone of"
        " keras.applications such as `EfficientNetV2B0`; null: the model's own name",
    )
    seeds: list[Seed] = Field([1], min_length=1, description="One training job a seed")
    channels: list[str] | None = Field(
        None, min_length=1, description="Input channels of this model; null: `shards.inputs`"
    )
    also_predict: list[str] = Field(
        default_factory=list,
        description="More columns of the {example} table, such as `area`, predicted with the"
        " target",
    )
    layers: Layers = Field(default_factory=Layers, description="What the model is built of")
    weights: str | None = Field(
        None, description="File of weights to start from, `.keras` or `.weights.h5`"
    )
    freeze: bool = Field(False, description="Keep the layers that were given weights as they are")
    augment: Augment = Field(
        default_factory=Augment, description="Augmentation of training {examples}"
    )
    epochs: Positive = Field(100, description="Epochs at most")
    batch_size: Positive = Field(64, description="{Examples} a training step")
    loss: Literal[tuple(LOSSES)] | None = Field(  # type: ignore[valid-type]
        None,
        description="Loss: of numbers `huber`, `mse` or `mae`, in units of the target; of classes"
        " `cross_entropy` (softmax) or `binary_cross_entropy` (each class against the rest); null:"
        " the first of these",
    )
    huber_delta: float = Field(
        1.0,
        gt=0,
        description="Huber loss: δ, the error at which it turns from quadratic to linear",
    )
    huber_delta_unit: Literal["sd", "raw"] = Field(
        "sd",
        description="Unit of `huber_delta`: `sd`, SDs of the target over the training {examples};"
        " `raw`, the unit of the target, such as counts",
    )
    label_smoothing: float = Field(
        0.0,
        ge=0,
        lt=1,
        description="Share of the target that cross-entropy spreads over all classes",
    )
    class_weights: Literal["none", "balanced"] = Field(
        "none",
        description="`balanced`: all classes count alike in the loss, rare ones more {a_example}",
    )
    optimizer: Literal["adam", "adamw", "sgd"] = Field("adam", description="Optimiser")
    learning_rate: float = Field(
        0.0005, gt=0, description="After warm-up; the last layer works in SDs of the target"
    )
    weight_decay: float = Field(0.004, ge=0, description="Of AdamW")
    momentum: float = Field(0.9, ge=0, lt=1, description="Of SGD")
    schedule: Literal["constant", "cosine", "plateau"] = Field(
        "constant", description="Course of the learning rate; `cosine` falls to 0 at the last epoch"
    )
    warmup: float = Field(0.0, ge=0, description="Epochs in which the learning rate rises from 0")
    plateau_factor: float = Field(
        0.5, gt=0, lt=1, description="What the rate is multiplied by on a plateau"
    )
    plateau_patience: Positive = Field(
        10, description="Epochs without a better monitor that make a plateau"
    )
    monitor: Literal["val_loss", *FOLLOWED] = Field(  # type: ignore[valid-type]
        "val_loss", description="Its least value chooses the epoch"
    )
    smooth: int = Field(
        0, ge=0, description="Odd width of the monitor's centred moving average; 0: none"
    )
    patience: Positive = Field(20, description="Stop after so many epochs without a better monitor")
    validation: Literal["plain", "eight_fold"] = Field(
        "plain", description="`eight_fold`: over all flips and quarter turns of the {examples}"
    )
    prediction: Literal["plain", "eight_fold"] = Field(
        "plain", description="`eight_fold`: mean over all flips and quarter turns of {a_example}"
    )
    precision: Literal["float32", "mixed_float16", "mixed_bfloat16"] = Field(
        "float32", description="Of the computation; weights stay float32"
    )
    devices: Literal["one", "all"] = Field(
        "one", description="`all`: a batch is divided among the GPUs of the job (JAX backend)"
    )
    retries: int = Field(
        0, ge=0, description="New seeds tried where training collapses: NaN loss, constant output"
    )
    tensorboard: bool = Field(False, description="Write event files beside the log")
    resources: Resources = Field(default_factory=Resources, description="What its jobs ask for")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for name, given in (
            ("seed", self.seeds),
            ("channel", self.channels or []),
            ("column", self.also_predict),
        ):
            if len(set(given)) < len(given):
                raise ValueError(f"a {name} is listed twice in {given}")
        if self.smooth and (self.smooth % 2 == 0 or self.smooth < 3):
            raise ValueError(f"smooth: a centred window has an odd width from 3, not {self.smooth}")
        return self


class Train(Section):
    """The models of the study."""

    models: dict[Name, Model] = Field(
        {"linear": Model(), "simple_cnn": Model()},
        min_length=1,
        description="Name → options of the model; what is not given comes from `defaults`",
    )
    defaults: Model = Field(default_factory=Model, description="Options shared by all models")

    @model_validator(mode="after")
    def _options_are_valid(self) -> Self:
        for name in self.models:
            self.model(name)
        return self

    def model(self, name: str, changes: Mapping[str, Any] | None = None) -> Model:
        """Return one model with what it does not give itself taken from the defaults of the study.

        Parameters
        ----------
        name
            Of the model.
        changes
            Key → value over both, a key in a section with its dot: `layers.dropout`.
        """
        given = self.models[name].model_dump(exclude_unset=True)
        merged = _merged(self.defaults.model_dump(exclude_unset=True), given)
        for key, value in (changes or {}).items():
            merged = _merged(merged, _nested(key, value))
        model = Model.model_validate(merged)
        return model.model_copy(update={"architecture": model.architecture or name})

    def options(self, name: str, changes: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return the options of one model as JSON-able values, its augmentation resolved."""
        model = self.model(name, changes)
        return model.plain() | {"augment": model.augment.resolved()}


class Search(Section):
    """A search for options of one model, each candidate a training job, chosen on validation."""

    search: Literal["grid", "random"] = Field(
        "grid", description="Every combination, or `candidates` of them drawn at random"
    )
    candidates: Positive = Field(8, description="Combinations drawn (random)")
    keys: dict[str, list[Any]] = Field(
        min_length=1,
        description="Option of the model → values to try; in a section: `layers.dropout`",
    )

    @model_validator(mode="after")
    def _values(self) -> Self:
        for key, values in self.keys.items():
            told = [json.dumps(value, sort_keys=True) for value in values]
            if not values or len(set(told)) < len(told):
                raise ValueError(f"keys.{key}: give at least one value, each once, not {values}")
        return self


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        inner = merged.get(key)
        both = isinstance(value, Mapping) and isinstance(inner, Mapping)
        merged[key] = _merged(inner, value) if both else value
    return merged


def _nested(key: str, value: Any) -> dict[str, Any]:
    for step in reversed(key.split(".")):
        value = {step: value}
    return value
