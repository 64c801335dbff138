"""The keys that say whose a study is, for those who take it from a repository."""

import datetime
from typing import Annotated

from pydantic import Field

from nascent.config.section import Section

ORCID = r"^\d{4}-\d{4}-\d{4}-\d{3}[\dX]$"
Orcid = Annotated[str, Field(pattern=ORCID)]


class Author(Section):
    """A person whose study it is."""

    name: str = Field(min_length=1, description="Name, as in a list of authors")
    orcid: Orcid | None = Field(None, description="ORCID, as in 0000-0002-1825-0097")
    affiliation: str | None = Field(None, description="Institution")


class Publish(Section):
    """What `nascent crate` says of the study; nothing is computed with it."""

    title: str | None = Field(None, description="Title; null: the name of the study")
    description: str | None = Field(
        None, description="What the study is about, in a sentence or two; null: what it predicts"
    )
    authors: list[Author] = Field(
        default_factory=list, description="Authors; the first is who ran the study"
    )
    licence: str | None = Field(
        None,
        description="Licence of the results, an identifier of SPDX such as `CC-BY-4.0`, or an"
        " address; null: none is stated",
    )
    date: datetime.date | None = Field(
        None, description="Day of publication; null: the day of the latest result"
    )
