"""What a methods section is made of."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Paragraph:
    """One paragraph.

    Attributes
    ----------
    title : str
    text : str
        Plain text. As it is written it has marks such as `[@kingma2015]`; in a finished section
        these are citations.
    """

    title: str
    text: str


@dataclass(frozen=True)
class Reference:
    """Something that can be cited, a row of `resources/references.tsv`.

    Attributes
    ----------
    key : str
    type : str
        Of BibTeX: `article`, `inproceedings`, `book`, `mastersthesis` or `misc`.
    authors : tuple of str
        `Kingma DP`; the last may be `others`.
    year : str
    title, container : str
        The container is the journal, the conference, the publisher or the university.
    volume, number, pages, doi, url : str
        Empty where there is none.
    """

    key: str
    type: str
    authors: tuple[str, ...]
    year: str
    title: str
    container: str
    volume: str
    number: str
    pages: str
    doi: str
    url: str


@dataclass(frozen=True)
class Methods:
    """A methods section.

    Attributes
    ----------
    paragraphs : tuple of Paragraph
        With citations, ready to be pasted.
    references : tuple of Reference
        Those that are cited, by first author and year.
    """

    paragraphs: tuple[Paragraph, ...]
    references: tuple[Reference, ...]

    @property
    def text(self) -> str:
        """All paragraphs as plain text, titles before them."""
        return "\n\n".join(f"{one.title}. {one.text}" for one in self.paragraphs)
