"""Paragraphs on splits and on the input of models."""

from nascent.kind import kind_of
from nascent.plain_words import spaced
from nascent.report.answers.phrases import listed, percent
from nascent.report.methods.records import Paragraph
from nascent.study_record import StudyRecord
from nascent.words import worded

DESIGNS = {
    "example": "by {example}, stratified by {strata} with controlled rounding [@cox1987], into"
    " {shares}",
    "group": "by {group} into {shares}, so that whole {groups} are held out: an integer programme"
    " chose the {groups} so that these shares hold, for {balance} too, as nearly as whole {groups}"
    " allow",
    "leave_one_group_out": "by leaving out {left_out} to test; of the other {examples} {val} were"
    " drawn for validation, stratified by {strata}, and the rest trained the models",
    "shuffle": "by {example}, in a plain random order, into {shares}",
}
"""Design of a split → how the examples were split."""


def examples(study: StudyRecord) -> Paragraph:
    """Return what a study says of its data where its kind has no words of its own."""
    source = study.config.get("data")
    read = f"were read from {source}" if source else "were simulated"
    return Paragraph(
        "Data",
        worded("{Examples} {read}. The target is {target}.", read=read, target=study.target.label),
    )


def splits(study: StudyRecord) -> Paragraph:
    """Return how examples were divided."""
    options = study.config["splits"]
    shares = options["fractions"]
    designs = dict.fromkeys(fold.design for fold in study.folds.values())
    one = options["fold"]
    words = {
        "strata": listed([_column(name) for name in options["stratify"]] or [worded("{group}")]),
        "balance": listed(
            [*(f"the levels of {_column(name)}" for name in options["balance"]), _quartiles(study)]
        ),
        "shares": worded(
            "{train} training, {val} validation and {test} test {examples}",
            **{name: percent(share) for name, share in shares.items()},
        ),
        "left_out": one if one else worded("one {group} at a time"),
        "val": percent(shares["val"] / (shares["train"] + shares["val"])),
    }
    told = [worded(DESIGNS[design], **words) for design in designs]
    text = worded("{Examples} were split {told}.", told="; and separately ".join(told))
    if "leave_one_group_out" in designs and not one:
        text += worded(" Metrics are over the test {examples} of all folds together.")
    if options["select"]:
        kept = "; ".join(
            f"{_column(name)} {listed([str(value) for value in values])}"
            for name, values in options["select"].items()
        )
        text += worded(" Only {examples} with these values were used: {kept}.", kept=kept)
    return Paragraph(
        "Splits", f"{text} The seed of splits and resampling was {study.config['seed']}."
    )


def _quartiles(study: StudyRecord) -> str:
    """Return which column is spread over whole groups: always that of the kind's own target."""
    own = kind_of(study.kind).target
    if study.target.name == own:
        return "quartiles of the target"
    return worded("quartiles of the column {own} of the table of {examples}", own=own)


def normalisation(study: StudyRecord) -> list[Paragraph]:
    """Return how the features of images became the input of models; nothing of other inputs."""
    if not kind_of(study.kind).has_images:
        return []
    steps = study.config["shards"]["normalise"]
    told = []
    if steps["background"]:
        told.append("its background was subtracted, negative values set to 0")
    if steps["clip"] is not None:
        told.append(f"values were clipped above percentile {steps['clip']:g}")
    if steps["scale"]:
        told.append("values were divided by that percentile")
    if steps["mean_extraction"]:
        told.append("the mean was subtracted")
    if steps["z_score"]:
        told.append("the mean was subtracted, and the result was divided by the standard deviation")
    text = worded("{Features} were used as measured.")
    if told:
        text = worded(
            "For each {feature}, {told}. Percentiles, means and standard deviations are over the"
            " measured {places} of the training {examples} of each fold.",
            told="; ".join(told),
        )
    if steps["per_cell"]:
        text += worded(
            " Each {feature} of each {example} was then brought to mean 0 and standard deviation"
            " 1, which removes intensity."
        )
    text += worded(
        " {Places} that were not measured are 0. Models saw these {features}: {names}.",
        names=listed(_seen(study)),
    )
    return [Paragraph("Normalisation", text)]


def _seen(study: StudyRecord) -> list[str]:
    """Return the features that some model sees, in their order."""
    models = study.models.values()
    return list(
        dict.fromkeys(name for model in models for own in model.features.values() for name in own)
    )


def _column(name: str) -> str:
    return worded("{group}") if name == "group" else spaced(name)
