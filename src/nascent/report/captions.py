"""What the captions of a report read, besides the config of the study."""

from typing import Any

from nascent.config.sections import Study
from nascent.kind import kind_of
from nascent.task import task_of


def words_of_captions(study: Study) -> dict[str, Any]:
    """Return what captions are told of a study in words, by name.

    `target_label` is the target, `skill` the measure of its task, `words` what the kind of data
    calls examples and the like (`nascent.kind.Words.captions`), `factors` and `batches` those
    columns of the kind in words, and `floors` the names of the floors.
    """
    kind, task = kind_of(study.kind), task_of(study.target.task)
    words, group = kind.words.grouped(study.splits.group), study.splits.group
    return {
        "target_label": study.label,
        "skill": task.skill,
        "words": words.captions(),
        "factors": [words.column(name) for name in kind.factors if name != group],
        "batches": [words.column(name) for name in kind.batches if name != group],
        "floors": list(kind.floors[task.name]),
    }
