"""What the results of a study say of it: the config, and what is known before the first job."""

from typing import Any

from nascent.config.outline import Outline
from nascent.input_names import features_of
from nascent.kind import kind_of
from nascent.task import task_of


def plain_record(outline: Outline) -> dict[str, Any]:
    """Return the record of a study as JSON-able values, see `nascent.study_record.StudyRecord`.

    Parameters
    ----------
    outline
        Of the checked study.
    """
    study, kind = outline.study, kind_of(outline.study.kind)
    return {
        "study": study.study,
        "kind": kind.name,
        "task": study.target.task,
        "target": _target(outline),
        "words": kind.words.grouped(study.splits.group).plain(),
        "first_stage": kind.first_stage,
        "factors": [name for name in kind.factors if name != study.splits.group],
        "batches": [name for name in kind.batches if name != study.splits.group],
        "features": {name: list(own) for name, own in features_of(outline.inputs).items()},
        "floors": list(kind.floors[study.target.task]),
        "folds": {
            name: {"design": fold.design, "group": fold.group}
            for name, fold in outline.folds.items()
        },
        "models": {name: _model(outline, name) for name in study.train.models},
        "methods": {name: _method(outline, name) for name in study.attribute.methods},
        "config": study.plain(),
    }


def _target(outline: Outline) -> dict[str, Any]:
    study, read_out = outline.study, outline.study.predicted
    if outline.levels:
        usual = task_of(study.target.task).usual_read_out(outline.levels)
        read_out = study.attribute.read_out or usual
    return {
        "name": study.predicted,
        "words": study.target.label or study.target_name,
        "unit": study.target.unit,
        "label": study.label,
        "levels": list(outline.levels),
        "read_out": read_out,
    }


def _model(outline: Outline, name: str) -> dict[str, Any]:
    model = outline.study.train.model(name)
    return {
        "architecture": model.architecture,
        "seeds": list(model.seeds),
        "features": {key: list(own) for key, own in outline.seen[name].items()},
        "also_predict": list(model.also_predict),
        "explained": name in outline.study.explained_models(),
    }


def _method(outline: Outline, name: str) -> dict[str, Any]:
    method = outline.study.attribute.methods[name]
    return {
        "method": method.method,
        "options": method.options(),
        "models": outline.study.models_explained_by(name),
    }
