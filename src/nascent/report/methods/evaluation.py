"""Paragraphs on reference predictors, metrics, intervals and verdicts."""

from nascent.kind import kind_of
from nascent.plain_words import reference_words
from nascent.report.answers.phrases import listed
from nascent.report.methods.records import Paragraph
from nascent.study_record import StudyRecord
from nascent.task import task_of
from nascent.words import worded


def references(study: StudyRecord) -> Paragraph:
    """Return which simple predictors stand beside the models."""
    known = kind_of(study.kind).references
    named = [reference_words(name, known) for name in study.floors]
    text = worded(
        "Simple predictors that see no {places} were fitted to the same training {examples}:"
        " {named}.",
        named="; ".join(named),
    )
    if any("ridge" in name for name in study.floors):
        text += worded(
            " The penalty of ridge regression has the least leave-one-out error on the training"
            " {examples} [@golub1979]."
        )
    if any("logistic" in name for name in study.floors):
        text += worded(
            " The penalty of logistic regression was chosen by cross-validation on the training"
            " {examples}."
        )
    return Paragraph("Reference predictors", text)


def metrics(study: StudyRecord) -> Paragraph:
    """Return how predictions were measured, with which intervals, and when one is better."""
    task = task_of(study.task)
    told = [
        f"{metric.short}{_cited(task.sources.get(metric.name))} ({metric.meaning})"
        for metric in map(task.metric, task.compared)
    ]
    primary = task.metric(task.primary)
    side = "above" if primary.higher else "below"
    draws = study.config["evaluate"]["bootstrap"]
    text = worded(
        "Models and reference predictors were compared on the test {examples} by {told}. Each"
        " metric has two 95 % intervals. The one over {examples} is a bootstrap of {draws} draws"
        " [@efron1979] with a correction for skewness [@hall1992]; all models see the same draws."
        " The one over {groups} is a cluster jackknife [@mackinnon2023], with quantiles for"
        " {groups} of unequal size [@imhof1961]; with fewer than three {groups} there is none. A"
        " model beats the best reference predictor, the one with the best {primary} on these"
        " {examples}, where both intervals of the paired difference in {primary} lie {side} 0. It"
        " does not beat it where both lie at 0 or on the other side. Otherwise nothing is"
        " concluded.",
        told=listed(told),
        draws=f"{draws:,}",
        primary=primary.short,
        side=side,
    )
    if any(len(model.seeds) > 1 for model in study.models.values()):
        text += (
            " Metrics of several training seeds are means over seeds; their intervals hold the"
            " variance between seeds [@cochran1950]."
        )
        if task.has_errors:
            text += (
                " The spread of predictions over seeds was compared with their error"
                " [@leutbecher2008; @fortin2014]."
            )
    return Paragraph("Evaluation", text)


def _cited(key: str | None) -> str:
    return f" [@{key}]" if key else ""
