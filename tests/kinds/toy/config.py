"""The keys of a study of toy genes."""

from typing import Self

from pydantic import Field, model_validator

from nascent.config import sections
from nascent.config.section import Fraction, Positive, Section


class Simulate(Section):
    """Genes whose expression is set by a motif and by one column."""

    parts: Positive = Field(4, description="Files of genes")
    genes: Positive = Field(40, description="Genes a file")
    chromosomes: Positive = Field(8, description="Chromosomes that the genes lie on")
    noise: Fraction = Field(0.1, description="Share of the variance that nothing explains")


class Study(sections.Study):
    """One study of toy genes."""

    simulate: Simulate = Field(default_factory=Simulate, description="The genes")

    @model_validator(mode="after")
    def _simulated(self) -> Self:
        if self.data is not None:
            raise ValueError("toy genes are simulated: leave out `data`")
        return self

    @property
    def places(self) -> tuple[int, ...]:
        """Positions of a sequence."""
        return (12,)


SHOWN = {}
