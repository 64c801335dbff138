"""The answers of a study, in reading order."""

from nascent.kind import has_module, module_of
from nascent.report.answers.predicted import predicted
from nascent.report.answers.records import Answer
from nascent.report.answers.tables import Tables
from nascent.report.answers.trust import trusted
from nascent.report.answers.used import used
from nascent.study_record import StudyRecord
from nascent.words import speaking

MODULE = "answers"
"""Module of a kind that answers questions of its own."""


def answers(study: StudyRecord, tables: Tables) -> list[Answer]:
    """Return what the report says first, in the words of the study.

    Parameters
    ----------
    study
        From `nascent.study_record.read_study_record`.
    tables
        From `nascent.report.answers.tables.read_tables`; what is not there is not tested.
    """
    with speaking(study.words.plain()):
        own = []
        if has_module(study.kind, MODULE):
            own = module_of(study.kind, MODULE).answers(study, tables)
        return [predicted(study, tables), *own, used(study, tables), trusted(study, tables)]
