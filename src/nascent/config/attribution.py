"""The keys of attribution: which maps are made of which models, and how."""

from typing import Any, Literal, Self

from pydantic import (
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from nascent.attribute.method import known_methods
from nascent.attribute.options import OVER, options_taken, resolved
from nascent.config.section import Name, Positive, Section
from nascent.errors import nearest
from nascent.explain.checks import names_of_runs

# What is said of a method, but is no option of it.
_NO_OPTIONS = ("method", "models")


class Method(Section):
    """How one kind of attribution map is made."""

    method: Literal[known_methods()] = Field(  # type: ignore[valid-type]
        "integrated_gradients", description="What is computed; docs/methods.md has each"
    )
    models: list[Name] | None = Field(
        None, description="Models it explains; null: all that are explained"
    )
    steps: Positive = Field(
        70,
        description="Steps m of the path from baseline to image (integrated_gradients, and what is"
        " made over it); with `tolerance` the most that are tried",
    )
    tolerance: float | None = Field(
        None,
        gt=0,
        description="Each {example}'s m is doubled until its completeness gap is no more than this"
        " share of |f(x) − f(baseline)|; null: m is `steps`",
    )
    rule: Literal["trapezoid", "midpoint", "gauss_legendre"] = Field(
        "trapezoid", description="Quadrature along the path"
    )
    baseline: Literal["black", "training_mean", "blurred", "noise", "training_cells"] = Field(
        "black", description="Start of the path, or what is put in place of pixels"
    )
    blur: float = Field(10.0, gt=0, description="SD of the blur in pixels (baseline blurred)")
    baseline_sd: float = Field(
        1.0,
        ge=0,
        description="SD of the noise, in units of the normalised channel (baseline noise)",
    )
    references: Positive = Field(
        50,
        description="Training {examples} drawn (expected_gradients, baseline training_cells,"
        " channel_ablation by permutation)",
    )
    over: Literal[OVER] | None = Field(  # type: ignore[valid-type]
        None,
        description="Map of which noise draws are made; null: gradient (smoothgrad,"
        " smoothgrad_squared), integrated_gradients (vargrad)",
    )
    samples: Positive = Field(
        50, description="Draws n {a_example} (noise, expected_gradients, permutation)"
    )
    sigma: float = Field(
        1.0,
        ge=0,
        description="SD of the noise, in units of the normalised channel (smoothgrad,"
        " smoothgrad_squared, vargrad)",
    )
    statistic: Literal["sd", "variance"] = Field(
        "sd", description="Of the maps over the draws (vargrad); `sd`: population SD, as published"
    )
    layer: str | None = Field(
        None,
        description="Layer whose features are weighed (grad_cam, hirescam); null: the last that"
        " has places",
    )
    sign: Literal["positive", "both"] | None = Field(
        None,
        description="Whether what lowers the prediction becomes 0; null: positive (grad_cam), both"
        " (hirescam)",
    )
    window: Positive = Field(16, description="Edge of an occluded square, pixels (occlusion)")
    stride: Positive | None = Field(
        None, description="Between squares, pixels (occlusion); null: `window`"
    )
    channels: Literal["together", "each"] = Field(
        "together", description="Occluded in a square: all channels, or one at a time (occlusion)"
    )
    to: Literal["baseline", "permutation"] = Field(
        "baseline",
        description="What a channel becomes (channel_ablation): its baseline, or that of other"
        " {examples}, fitted into the {example}",
    )
    batch_size: Positive = Field(32, description="Images in one evaluation; bounds the memory")

    @model_validator(mode="after")
    def _takes_what_it_is_given(self) -> Self:
        taken = self._taken()
        for option in type(self).model_fields:
            if option in self.model_fields_set and option not in (*taken, *_NO_OPTIONS):
                near = nearest(option, taken)
                takes = f"nearest: {near}" if near else f"it takes {', '.join(taken)}"
                raise ValueError(f"{option}: {self._called()} takes no such option; {takes}")
        if "stride" in taken and self.stride is not None and self.stride > self.window:
            raise ValueError(
                f"stride: squares of {self.window} pixels every {self.stride} leave gaps"
            )
        return self

    @model_serializer(mode="wrap")
    def _of_what_it_takes(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        told = (*_NO_OPTIONS, *self._taken())
        return {name: value for name, value in handler(self).items() if name in told}

    def options(self) -> dict[str, Any]:
        """Return the options the method takes, null replaced by what it stands for."""
        given = resolved(self.method, {name: getattr(self, name) for name in self._fields()})
        return {option: given[option] for option in options_taken(self.method, given)}

    def _taken(self) -> tuple[str, ...]:
        given = {name: getattr(self, name) for name in self._fields()}
        return options_taken(self.method, resolved(self.method, given))

    def _fields(self) -> list[str]:
        return [name for name in type(self).model_fields if name not in _NO_OPTIONS]

    def _called(self) -> str:
        """Return the method's name with what else decides its options."""
        taken = self._taken()
        over = resolved(self.method, {"over": self.over})["over"]
        parts = [
            f"over {over}" if "over" in taken else "",
            f"with baseline {self.baseline}" if "baseline" in taken else "",
            f"to {self.to}" if "to" in taken else "",
        ]
        return " ".join([self.method, *filter(None, parts)])


TAKEN = names_of_runs()
"""Tables of a model that lie where those of its methods do, called by the method's name."""


class Attribute(Section):
    """The attribution maps of the study."""

    methods: dict[Name, Method] = Field(
        {"gradient": Method(method="gradient"), "eg": Method(method="expected_gradients")},
        description="Name → options of the method",
    )
    splits: list[Literal["train", "val", "test"]] = Field(
        ["test"], min_length=1, description="Splits whose {examples} are explained"
    )
    models: list[Name] | None = Field(None, description="Models that are explained; null: all")
    read_out: str | None = Field(
        None,
        description="Of classes, the one whose logit is explained; null: the last of the classes",
    )
    precision: Literal["float16", "float32"] = Field(
        "float16",
        description="Of the stored maps; float16 is scaled by {example}, its loss is told in the"
        " file",
    )

    @model_validator(mode="after")
    def _once(self) -> Self:
        for name in set(TAKEN).intersection(self.methods):
            raise ValueError(
                f"methods: a method cannot be called {name!r}: every model has a table of that"
                " name; call it otherwise"
            )
        lists = {"splits": self.splits, "models": self.models or []}
        lists |= {f"methods.{name}.models": one.models or [] for name, one in self.methods.items()}
        for name, given in lists.items():
            if len(set(given)) < len(given):
                raise ValueError(f"{name}: an entry is listed twice in {given}")
        return self
