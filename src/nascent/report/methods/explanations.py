"""Paragraphs on use and attribution maps."""

from collections.abc import Mapping
from typing import Any

from nascent.attribute.options import axes_of
from nascent.explain.check import ENTRY, FEATURE
from nascent.kind import kind_of
from nascent.plain_words import explanation_words, method_words
from nascent.report.answers.phrases import listed
from nascent.report.answers.used import skill_of_use
from nascent.report.methods.records import Paragraph
from nascent.study_record import RecordedMethod, StudyRecord
from nascent.words import worded

SOURCES: Mapping[str, str] = {
    "channel_ablation": "breiman2001",
    "expected_gradients": "erion2021",
    "grad_cam": "selvaraju2017",
    "gradient": "simonyan2013",
    "hirescam": "draelos2020",
    "input_x_gradient": "shrikumar2016",
    "integrated_gradients": "sundararajan2017",
    "occlusion": "zeiler2014",
    "smoothgrad": "smilkov2017",
    "smoothgrad_squared": "hooker2019",
    "vargrad": "adebayo2018local",
}
"""Attribution method → what it is cited by."""

BASELINES = {
    "black": "a baseline of 0 in the units that the model sees",
    "training_mean": "the training mean of each {feature} as the baseline",
    "blurred": "the {example} blurred by a Gaussian of {blur:g} {places} as the baseline"
    " [@knutsson1993]",
    "noise": "Gaussian noise of standard deviation {baseline_sd:g} as the baseline",
    "training_cells": "another training {example} as the baseline",
}
RULES = {
    "trapezoid": "the trapezoid rule",
    "midpoint": "the midpoint rule",
    "gauss_legendre": "Gauss–Legendre quadrature",
}
AGGREGATES = {
    "absolute": "absolute scores",
    "net": "scores, of which the absolute value is taken",
    "smoothed": "absolute scores after smoothing",
    "squared": "squared scores",
}


def use(study: StudyRecord) -> Paragraph:
    """Return how use was measured."""
    options = study.config["explain"]["use"]
    text = worded(
        "What a trained model uses of {a_feature} is the {skill} that it loses on the test"
        " {examples} (at most {cells:,}) when that {feature} is replaced by that of {repeats} other"
        " {examples} in turn, by permutation importance [@breiman2001; @fisher2019]. The model is"
        " not trained again.",
        skill=skill_of_use(study),
        cells=options["cells"],
        repeats=options["repeats"],
    )
    if kind_of(study.kind).has_images:
        text += worded(
            " The other {example}'s image is fitted into the outline. Two further exchanges take"
            " only the mean of the {feature} (intensity) or only its pattern (structure)."
        )
    groups = study.config["explain"]["channel_groups"]
    if groups == "found":
        text += worded(
            " {Features} whose {places} correlate at {bound:g} or more, in either sign, repeat each"
            " other and were also exchanged together.",
            bound=study.config["explain"]["duplicates"],
        )
    elif isinstance(groups, Mapping):
        text += worded(" Named groups of {features} were also exchanged together.")
    return Paragraph(worded("Use of {features}"), text)


def maps(study: StudyRecord) -> list[Paragraph]:
    """Return how the maps were made; nothing where there are none."""
    explained = [name for name, model in study.models.items() if model.explained]
    if not study.methods or not explained:
        return []
    named = called(study)
    told = [_told(named[name], own) for name, own in study.methods.items()]
    text = worded(
        "Attribution maps of {models} were made for the {splits} {examples} of the first fold by"
        " {told}. Maps explain {target}.",
        models=listed(explained),
        splits=listed(study.config["attribute"]["splits"]),
        told="; ".join(told),
        target=f"the logit of {study.target.read_out}" if study.target.levels else "the prediction",
    )
    of_some: dict[tuple[str, ...], list[str]] = {}
    for name, own in study.methods.items():
        if own.models and set(own.models) != set(explained):
            of_some.setdefault(tuple(own.models), []).append(named[name])
    for models, names in of_some.items():
        text += f" Maps by {listed(names)} are of {listed(models)} alone."
    if axes_of_maps(study) & {ENTRY, FEATURE}:
        text += worded(
            " The share of {a_feature} in a map is its part of the sum of {sums} over the measured"
            " {places}; it is compared with that in maps of {copies} copies of the model with"
            " random weights [@glorot2010].",
            sums=AGGREGATES[study.config["explain"]["aggregate"]],
            copies=study.config["explain"]["untrained"]["models"],
        )
    return [Paragraph("Attribution maps", text)]


def axes_of_maps(study: StudyRecord) -> set[str]:
    """Return what the study's maps have: places of features, places, or features alone."""
    return {axes_of(own.method, own.options) for own in study.methods.values()}


def called(study: StudyRecord) -> dict[str, str]:
    """Return method of the study → what it is called."""
    functions = {name: {"method": own.method} for name, own in study.methods.items()}
    return {name: explanation_words(name, functions) for name in study.methods}


def _told(words: str, own: RecordedMethod) -> str:
    """Return a method with its source and the options that shape its maps."""
    # A method of one's own has no source, and ablation to a baseline has none that named it.
    known = own.method in SOURCES and own.options.get("to") != "baseline"
    source = f" [@{SOURCES[own.method]}]" if known else ""
    options = _options(own.method, own.options)
    return f"{words}{source}{f', with {options}' if options else ''}"


def _options(method: str, options: Mapping[str, Any]) -> str:
    """Return the options that shape a map, as a list in a sentence."""
    told = []
    if options.get("baseline"):
        told.append(worded(BASELINES[options["baseline"]], **_numbers(options)))
    if "rule" in options:
        steps = f"{options['steps']} steps"
        if options["tolerance"] is not None:
            steps = (
                f"at most {steps}, as many as bring the completeness gap to"
                f" {options['tolerance']:g} of the change in prediction"
            )
        told.append(f"{RULES[options['rule']]} in {steps}")
    if "references" in options:
        told.append(worded("{n} training {examples} as baselines", n=options["references"]))
    if "samples" in options:
        told.append(
            worded("{n} draws {a_example}", n=options["samples"]).replace(
                " draws a", " draws for a"
            )
        )
    if "sigma" in options:
        told.append(f"noise of standard deviation {options['sigma']:g}")
    if options.get("over"):
        told.append(f"maps by {method_words(options['over'])}")
    if "statistic" in options:
        told.append(
            {"sd": "the standard deviation", "variance": "the variance"}[options["statistic"]]
            + " over draws"
        )
    if "window" in options:
        told.append(_windows(options))
    if options.get("layer"):
        told.append(f"the features of layer {options['layer']}")
    if options.get("to") == "permutation":
        told.append(worded("values of other training {examples}"))
    return listed(told) if told else ""


def _windows(options: Mapping[str, Any]) -> str:
    stride = options["stride"] or options["window"]
    text = worded("windows of {window} {places}", window=options["window"])
    if stride != options["window"]:
        text += worded(" every {stride} {places}", stride=stride)
    return text + (worded(", {feature} by {feature}") if options["channels"] == "each" else "")


def _numbers(options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: options[name] for name in ("blur", "baseline_sd") if name in options}
