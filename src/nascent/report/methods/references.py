"""References of methods: as citations in a text, as a list, and as BibTeX."""

import re
from collections.abc import Iterable, Sequence

from nascent.report.methods.records import Methods, Paragraph, Reference
from nascent.resources.reading import resource_text, rows_of

MARK = re.compile(r"\s*\[((?:@\w+(?:; )?)+)\]")
"""One key or several: `[@adam; @brier]`."""

OTHERS = "others"
CONTAINERS = {
    "article": "journal",
    "inproceedings": "booktitle",
    "book": "publisher",
    "mastersthesis": "school",
    "misc": "howpublished",
}
"""Type of BibTeX → its field for the container."""


def known_references() -> dict[str, Reference]:
    """Return key → reference of all that come with nascent."""
    rows = rows_of(resource_text("references.tsv"))
    return {
        row["key"]: Reference(**row | {"authors": tuple(row["authors"].split("; "))})
        for row in rows
    }


def section(paragraphs: Sequence[Paragraph]) -> Methods:
    """Return paragraphs with their marks as citations, and the references that they cite.

    Raises
    ------
    KeyError
        Where a mark names no reference.
    """
    known = known_references()
    keys = dict.fromkeys(key for one in paragraphs for key in _keys(one.text))
    cited = {key: known[key] for key in keys}
    told = tuple(Paragraph(one.title, _with_citations(one.text, cited)) for one in paragraphs)
    ordered = sorted(cited.values(), key=lambda one: (one.authors[0].lower(), one.year, one.title))
    return Methods(told, tuple(ordered))


def citation(reference: Reference) -> str:
    """Return a reference as it stands in a text, without brackets: `Kingma & Ba 2015`."""
    names = [_surname(name) for name in reference.authors if name != OTHERS]
    if len(names) == 1 and OTHERS not in reference.authors:
        return f"{names[0]} {reference.year}"
    if len(names) == 2 and OTHERS not in reference.authors:
        return f"{names[0]} & {names[1]} {reference.year}"
    return f"{names[0]} et al. {reference.year}"


def in_list(reference: Reference) -> str:
    """Return a reference as it stands in a list of references."""
    names = [("et al" if name == OTHERS else name) for name in reference.authors]
    where = reference.container
    if reference.volume:
        where += f" {reference.volume}"
        where += f"({reference.number})" if reference.number else ""
    if reference.pages:
        where += f":{reference.pages}"
    found = f"doi:{reference.doi}" if reference.doi else reference.url
    ends = "" if reference.title.endswith("?") else "."
    parts = [f"{', '.join(names)}. {reference.title}{ends}", f"{where}, {reference.year}."]
    return " ".join([*parts, *([found] if found else [])])


def bibtex(references: Iterable[Reference]) -> str:
    """Return references as a BibTeX file."""
    return "\n".join(map(_entry, references))


def _entry(reference: Reference) -> str:
    arxiv = "arxiv.org/abs/" in reference.url
    authors = " and ".join(
        name if name == OTHERS else f"{_surname(name)}, {name.rpartition(' ')[2]}"
        for name in reference.authors
    )
    fields = {
        "author": authors,
        "title": f"{{{reference.title}}}",
        CONTAINERS[reference.type]: reference.container,
        "year": reference.year,
        "volume": reference.volume,
        "number": reference.number,
        "pages": "" if reference.container == "arXiv" else reference.pages.replace("–", "--"),
        "doi": reference.doi,
        "url": reference.url,
        "eprint": reference.url.rpartition("/")[2] if arxiv else "",
        "archiveprefix": "arXiv" if arxiv else "",
    }
    told = [f"  {name} = {{{_escaped(value)}}}," for name, value in fields.items() if value]
    return "\n".join([f"@{reference.type}{{{reference.key},", *told, "}", ""])


def _escaped(value: str) -> str:
    return value.replace("&", r"\&") if "://" not in value else value


def _surname(name: str) -> str:
    """Return a name without its initials: `van der Walt SJ` is van der Walt."""
    return name.rpartition(" ")[0]


def _keys(text: str) -> list[str]:
    return [key.strip(" @") for mark in MARK.findall(text) for key in mark.split(";")]


def _with_citations(text: str, cited: dict[str, Reference]) -> str:
    def told(mark: re.Match[str]) -> str:
        keys = [key.strip(" @") for key in mark[1].split(";")]
        return f" ({', '.join(citation(cited[key]) for key in keys)})"

    return MARK.sub(told, text)
