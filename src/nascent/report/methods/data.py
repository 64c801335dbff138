"""Paragraphs on splits and on the input of models."""

from nascent.kind import kind_of
from nascent.plain_words import spaced
from nascent.report.answers.phrases import listed, percent
from nascent.report.methods.records import Paragraph
from nascent.study_record import StudyRecord
from nascent.task import task_of
from nascent.words import worded

DESIGNS = {
    "example": "by {example}, stratified by {strata} with controlled rounding [@cox1987]",
    "group": "by {group}, so that whole {groups} are held out; an integer programme chose the"
    " {groups} so that {balance} are spread as evenly as whole {groups} allow",
    "leave_one_group_out": "by leaving one {group} out at a time; validation {examples} were drawn,"
    " stratified by {strata}, from the other {groups}",
    "shuffle": "by {example}, in a plain random order",
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
    strata = listed([_column(name) for name in options["stratify"]] or [worded("{group}")])
    of_target = "quartiles of the target" if task_of(study.task).has_errors else "the classes"
    balance = listed(
        [
            *(f"the levels of {_column(name)}" for name in options["balance"]),
            of_target,
        ]
    )
    designs = dict.fromkeys(fold.design for fold in study.folds.values())
    told = [worded(DESIGNS[design], strata=strata, balance=balance) for design in designs]
    text = worded(
        "{Examples} were split {told} into {train} training, {val} validation and"
        " {test} test {examples}.",
        told="; and separately ".join(told),
        **{name: percent(share) for name, share in shares.items()},
    )
    if "leave_one_group_out" in designs:
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
