"""One read-out or check of models and maps, as a record: what it makes, needs and shows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from nascent.figure import Figure

PREDICTS, EXPLAINS = "predicts", "explains"
"""What a check does with a network: it predicts changed examples, or makes maps again."""

ENTRY, PLACE, FEATURE = "entry", "place", "feature"
"""Kinds of maps: of pixels of channels, of places, of whole channels."""

MAPS = "explain_maps"
"""The rule of which all checks of a map set are parts."""

OF_RUN = "{model}/{seed}/"
OF_MAPS = OF_RUN + "{method}"

Study = Mapping[str, Any]


def in_every_study(study: Study) -> bool:
    """Return True."""
    return True


@dataclass(frozen=True)
class Check:
    """A read-out or check, and all that follows from it.

    Attributes
    ----------
    name
        Of its table of the whole study: `explain/<name>.tsv`.
    title, note
        Heading of its page in the report, and what the table tells; empty where it has no such
        page.
    each
        Whether each map set has a table of its own, `explain/<model>/<seed>/<method>/<name>.tsv`,
        of which that of the study is joined.
    cells
        Whether each map set has a table of single cells, too: `<name>.cells.tsv`. Exports hold it.
    always
        Whether it is made in studies that explain nothing, as it needs no maps.
    applies
        Study, as plain data → whether the study has what the check needs.
    network
        PREDICTS or EXPLAINS; empty for a check that reads tables and maps alone.
    beside
        Its further tables, as paths in `explain/`.
    figures
        Figures of the study, and those of each model and method.
    rule
        The rule that does its work, of its own or of several checks (`MAPS`); the
        default is `explain_<name>`.
    work
        What the time of that rule's jobs grows with: a name in `nascent.costs.work.MEASURES`.
    file
        The file in `rules/explain/` of its rules, or its part of one, without `.smk`; the default
        is what its own rule is called behind `explain_`.
    """

    name: str
    title: str = ""
    note: str = ""
    each: bool = False
    cells: bool = False
    always: bool = False
    applies: Callable[[Study], bool] = in_every_study
    network: str = ""
    beside: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    rule: str = ""
    work: str = ""
    file: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "rule", self.rule or f"explain_{self.name}")
        own = self.name if self.rule == MAPS else self.rule.removeprefix("explain_")
        object.__setattr__(self, "file", self.file or own)

    @property
    def tables(self) -> tuple[str, ...]:
        """All its tables, as paths in `explain/` with wildcards `model`, `seed` and `method`."""
        own = [f"{self.name}.tsv"]
        own += [f"{OF_MAPS}/{self.name}.tsv"] if self.each else []
        own += [f"{OF_MAPS}/{self.name}.cells.tsv"] if self.cells else []
        return (*own, *self.beside)
