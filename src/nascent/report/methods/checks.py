"""Paragraphs on the checks of attribution maps, and on what else is read from the maps."""

from collections.abc import Collection

from nascent.explain.check import ENTRY, FEATURE, PLACE
from nascent.explain.checks import checks_of
from nascent.figures import words
from nascent.kind import kind_of
from nascent.report.answers.phrases import listed, percent
from nascent.report.methods.explanations import axes_of_maps, called, maps
from nascent.report.methods.records import Paragraph
from nascent.study_record import StudyRecord
from nascent.words import worded


def checks(study: StudyRecord) -> list[Paragraph]:
    """Return which checks the maps went through; nothing where there are no maps."""
    if not maps(study):
        return []
    explain = study.config["explain"]
    known, axes = _known(study), axes_of_maps(study)
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
            "Inputs were changed by uniform noise of up to {radius:g}, and the largest change of"
            " the map was noted [@yeh2019]",
            radius=explain["sensitivity"]["radius"],
        ),
    ]
    if axes & {ENTRY, PLACE}:
        told.insert(
            1,
            worded(
                "Top {places} of the map were removed, or kept, and the change of the prediction"
                " was compared with random orders [@petsiuk2018]"
            ),
        )
    if sum(len(own.models) for own in study.methods.values()) > 1:
        told.append(
            worded(
                "The maps of every two explanations of the same {examples} were compared, beside"
                " maps of different {examples}"
            )
        )
    if explain["randomised_targets"]:
        told.append("Models were trained on permuted targets and explained alike [@adebayo2018]")
    if trained := _retrained(study):
        roar = explain["roar"]
        told.append(
            worded(
                "The top {shares} of {what} in maps by {methods} were removed from all {examples}"
                " and {models} trained again, beside as many random ones [@hooker2019]",
                what=words.level(roar["rank"]),
                shares=listed([percent(share) for share in roar["fractions"]]),
                methods=listed([called(study)[name] for name in roar["methods"]]),
                models=listed(trained),
            )
        )
    if functions & {"integrated_gradients", "expected_gradients"}:
        told.append(
            "The sum of a map was compared with the change in prediction that it divides"
            " [@sundararajan2017]"
        )
    if "attention" in known and axes & {ENTRY, PLACE}:
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


def _retrained(study: StudyRecord) -> list[str]:
    """Return the models that were trained again without what their maps rank first."""
    roar = study.config["explain"]["roar"]
    if roar is None:
        return []
    mapped = {name for method in roar["methods"] for name in study.methods[method].models}
    return [name for name in study.models if name in mapped.intersection(roar["models"] or mapped)]


def read_outs(study: StudyRecord) -> list[Paragraph]:
    """Return what else was read from the maps, and what is corrected for how many there are."""
    if not maps(study):
        return []
    explain = study.config["explain"]
    known, axes = _known(study), axes_of_maps(study)
    told = []
    if "channel_clusters" in known and ENTRY in axes:
        told.append(
            worded(
                "{Features} were clustered by average linkage of the correlation of their maps. The"
                " number of clusters, at most {largest}, has the largest silhouette"
                " [@rousseeuw1987]; the stability of a cluster is its mean Jaccard index over"
                " resamples [@hennig2007]",
                largest=explain["clusters"]["largest"],
            )
        )
    if "similarity" in known and ENTRY in axes:
        told.append(
            worded(
                "The map of each {feature} was compared with the image of every {feature} of the"
                " same {example} and of other {examples}"
            )
        )
    if "radial" in known and axes & {ENTRY, PLACE}:
        told.append(
            worded(
                "The mean absolute score in rings from the middle of the {object} to its outline"
                " was compared with the intensity of the image in the same rings"
            )
        )
    if "regions" in known and axes & {ENTRY, PLACE}:
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
    if "trend" in known and axes & {ENTRY, FEATURE}:
        told.append(
            worded(
                "The rank correlation of each {feature}'s share with the target within {groups}"
                " was tested by permutation, with q-values over the {features} of one explanation"
                " [@benjamini1995]"
            )
        )
    told.append("Other verdicts are not corrected for their number")
    return [Paragraph("Read-outs and multiple testing", ". ".join(told) + ".")]


def _known(study: StudyRecord) -> Collection[str]:
    """Return the names of the checks that the study has what they need for."""
    return checks_of({**study.config, "kind": study.kind}).keys()
