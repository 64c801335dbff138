"""What an answer is made of: plain text, to be shown by any page."""

from collections.abc import Mapping
from dataclasses import dataclass

YES, NO, OPEN, NOT_TESTED = "yes", "no", "cannot tell", "not tested"
"""What a verdict of an answer is, or begins with; or it is a few words, such as names."""

PASSES, FAILS = "passes", "fails"
"""What a cell of the table of checks says, beside `OPEN` and `NOT_TESTED`."""


@dataclass(frozen=True)
class Answer:
    """The answer to one question.

    Attributes
    ----------
    question : str
    verdict : str
        `yes`, `no`, `cannot tell` or `not tested`, or a few words more.
    sentences : tuple of str
        Plain text; the first stands alone.
    figure : str
        Of the study, as in `figures/`, without suffix; empty where none shows it.
    anchor : str
        Section of the report that says more.
    """

    question: str
    verdict: str
    sentences: tuple[str, ...]
    figure: str = ""
    anchor: str = ""


@dataclass(frozen=True)
class Explanation:
    """A row of the table of checks.

    Attributes
    ----------
    model, method : str
        As in tables.
    words : str
        What both are called.
    standing : str
        As `explain/standing.tsv` has it.
    """

    model: str
    method: str
    words: str
    standing: str


@dataclass(frozen=True)
class Asked:
    """A column of the table of checks.

    Attributes
    ----------
    name : str
        Of the check.
    title : str
        In a few words.
    question : str
        What a good map must do.
    anchor : str
        Section of the report that says more.
    """

    name: str
    title: str
    question: str
    anchor: str


@dataclass(frozen=True)
class Cell:
    """What one check says of one explanation.

    Attributes
    ----------
    verdict : str
        `passes`, `fails`, `cannot tell` or `not tested`.
    sentence : str
        What that rests on.
    anchor : str
        Section of the report that says more.
    """

    verdict: str
    sentence: str
    anchor: str


@dataclass(frozen=True)
class TrustTable:
    """Which explanation passes which check.

    Attributes
    ----------
    methods : tuple of Explanation
        Rows, those that can be relied on most first.
    checks : tuple of Asked
        Columns.
    cells : mapping
        (model, method, name of the check) → cell; every row has one of every column.
    summary : str
        What is shown first, and why.
    """

    methods: tuple[Explanation, ...]
    checks: tuple[Asked, ...]
    cells: Mapping[tuple[str, str, str], Cell]
    summary: str

    def cell(self, explanation: Explanation, check: Asked) -> Cell:
        """Return what a check says of an explanation."""
        return self.cells[explanation.model, explanation.method, check.name]
