"""What the templates of the page are told of its figures, tables, blocks and sections."""

from dataclasses import dataclass

from markupsafe import Markup

from nascent.report.study_page.pictures import Image64
from nascent.report.study_page.sheets import Table


@dataclass(frozen=True)
class ShownPicture:
    """A figure as the page shows it.

    Attributes
    ----------
    files
        The same figure in other formats.
    examples
        Of the examples that it shows, id and address in the explorer.
    """

    place: str
    title: str
    image: Image64
    caption: Markup
    files: tuple[str, ...]
    examples: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ShownSheet:
    """A table as the page shows it."""

    anchor: str
    place: str
    title: str
    note: str
    table: Table


@dataclass(frozen=True)
class ShownBlock:
    """A block as the page shows it.

    Attributes
    ----------
    folded
        Why it is folded away; empty where it is not.
    warning
        What has to be said of it.
    links
        Words and addresses of other pages.
    """

    anchor: str
    title: str
    pictures: tuple[ShownPicture, ...]
    sheets: tuple[ShownSheet, ...]
    folded: str
    warning: str
    links: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ShownSection:
    """A section as the page shows it, what is folded away at its end."""

    anchor: str
    title: str
    blocks: tuple[ShownBlock, ...]
    folded: tuple[ShownBlock, ...]
