"""Paragraphs on use, attribution maps, their read-outs and their checks."""

from collections.abc import Mapping
from typing import Any

from nascent.explain.checks import checks_of
from nascent.figures import words
from nascent.kind import kind_of
from nascent.plain_words import explanation_words, method_words
from nascent.report.answers.phrases import listed, percent
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
    named = {name: explanation_words(name, _functions(study)) for name in study.methods}
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
    text += worded(
        " The share of {a_feature} in a map is its part of the sum of {sums} over the"
        " measured {places}; it is compared with that in maps of {copies} copies of the model with"
        " random weights [@glorot2010].",
        sums=AGGREGATES[study.config["explain"]["aggregate"]],
        copies=study.config["explain"]["untrained"]["models"],
    )
    return [Paragraph("Attribution maps", text)]


def _functions(study: StudyRecord) -> Mapping[str, Mapping[str, object]]:
    return {name: {"method": own.method} for name, own in study.methods.items()}


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
    if "rule" in options:
        steps = f"{options['steps']} steps"
        if options["tolerance"] is not None:
            steps = (
                f"at most {steps}, as many as bring the completeness gap to"
                f" {options['tolerance']:g} of the change in prediction"
            )
        told.append(f"{RULES[options['rule']]} in {steps}")
    if options.get("baseline"):
        told.append(worded(BASELINES[options["baseline"]], **_numbers(options)))
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


def checks(study: StudyRecord) -> list[Paragraph]:
    """Return which checks the maps went through; nothing where there are no maps."""
    if not maps(study):
        return []
    explain = study.config["explain"]
    known = checks_of({**study.config, "kind": study.kind})
    functions = {own.method for own in study.methods.values()}
    told = [
        worded(
            "All weights of the model were made random, layer by layer from the output, and maps"
            " were made again [@adebayo2018]; maps are compared by Spearman's rank correlation"
            " [@spearman1904] of absolute scores, beside maps of the image alone"
            if kind_of(study.kind).has_images
            else "All weights of the model were made random, layer by layer from the output, and"
            " maps were made again [@adebayo2018]; maps are compared by Spearman's rank correlation"
            " [@spearman1904] of absolute scores"
        ),
        worded(
            "Top {places} of the map were removed, or kept, and the change of the prediction was"
            " compared with random orders [@petsiuk2018]"
        ),
        worded(
            "Inputs were changed by uniform noise of up to {radius:g}, and the largest change of"
            " the map was noted [@yeh2019]",
            radius=explain["sensitivity"]["radius"],
        ),
    ]
    if sum(len(own.models) for own in study.methods.values()) > 1:
        told.append(
            worded(
                "The maps of every two explanations of the same {examples} were compared, beside"
                " maps of different {examples}"
            )
        )
    if explain["randomised_targets"]:
        told.append("Models were trained on permuted targets and explained alike [@adebayo2018]")
    if "roar" in known:
        told.append(
            worded(
                "The top {shares} of {what} were removed from all {examples} and models were"
                " trained again, beside as many random ones [@hooker2019]",
                what=words.level(explain["roar"]["rank"]),
                shares=listed([percent(share) for share in explain["roar"]["fractions"]]),
            )
        )
    if functions & {"integrated_gradients", "expected_gradients"}:
        told.append(
            "The sum of a map was compared with the change in prediction that it divides"
            " [@sundararajan2017]"
        )
    if "attention" in known:
        told.append(
            worded(
                "The share of a map inside the {object} was compared with masks of other"
                " {examples} [@gopalakrishnan2024]"
            )
        )
    if "truth" in known:
        told.append(
            worded(
                "Maps were compared with the planted {places} and {features}, beside maps of the"
                " image alone and of random weights"
            )
        )
    text = ". ".join(told) + "."
    text += worded(
        " These checks are over at most {cells} {examples} where they are costly. Intervals are at"
        " {level}, over {examples} and over {groups}, and a verdict needs both on one side. An"
        " explanation passes where its model beats the best reference predictor and its maps"
        " depend on the weights.",
        cells=explain["cells"],
        level=percent(explain["confidence"]),
    )
    return [Paragraph("Checks of the maps", text)]


def read_outs(study: StudyRecord) -> list[Paragraph]:
    """Return what else was read from the maps, and what is corrected for how many there are."""
    if not maps(study):
        return []
    explain = study.config["explain"]
    known = checks_of({**study.config, "kind": study.kind})
    told = []
    if "channel_clusters" in known:
        told.append(
            worded(
                "{Features} were clustered by average linkage of the correlation of their maps. The"
                " number of clusters, at most {largest}, has the largest silhouette"
                " [@rousseeuw1987]; the stability of a cluster is its mean Jaccard index over"
                " resamples [@hennig2007]",
                largest=explain["clusters"]["largest"],
            )
        )
    if "similarity" in known:
        told.append(
            worded(
                "The map of each {feature} was compared with the image of every {feature} of the"
                " same {example} and of other {examples}"
            )
        )
    if "regions" in known:
        regions = listed(
            [
                worded(
                    "{name} ({feature} {shown} above percentile {percentile:g})",
                    name=name,
                    shown=one["channel"],
                    percentile=one["percentile"],
                )
                for name, one in explain["regions"].items()
            ]
        )
        told.append(
            worded("The share of a map in regions of the {object} was compared with their area: ")
            + regions
        )
    if "trend" in known:
        told.append(
            worded(
                "The rank correlation of each {feature}'s share with the target within {groups}"
                " was tested by permutation, with q-values over the {features} of one explanation"
                " [@benjamini1995]"
            )
        )
    told.append("Other verdicts are not corrected for their number")
    return [Paragraph("Read-outs and multiple testing", ". ".join(told) + ".")]
