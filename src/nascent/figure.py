"""The record of a figure, which checks and the table of figures share.

The rules read figures as Snakemake starts, so this loads nothing that draws.
"""

from dataclasses import dataclass

DATA, MODELS, EXPLANATIONS = "Data", "Models", "Explanations"
"""Categories of the report."""
DESIGNS, SEEDS = "designs", "seeds"
"""Of what some figures compare several: ways to split the examples, seeds of a model."""


@dataclass(frozen=True)
class Figure:
    """A figure of the study, or of each model and method.

    Attributes
    ----------
    name
        Of its files: `figures/<name>.png`, `.svg` and `.pdf`, or those in
        `figures/<model>/<method>/`.
    category, subcategory
        Where it stands in the report.
    label
        What it shows, in the words of the report's menu.
    tables
        What it is drawn of, as paths in the results of a study; `{examples}` is the folder of the
        stage that makes the examples. A figure without any needs more than tables, and has a
        script of its own, `figures_<name>`.
    options
        Names of what else its drawing is told.
    drawing
        `<module>.<function>` in `nascent.figures`; the default is `<name>.draw`.
    caption
        Its text in `workflow/report/`, without `.rst`; the default is its name.
    rule
        The name of its part of a job, without `figures_`; the default is its name.
    maps
        Kinds of maps of which there is one a model and method; empty for a figure of the study.
    every_seed
        Whether a figure of maps shows all seeds of the model, and not the lowest alone.
    of_kinds
        Whether only the studies have it whose kind of data names it, see `nascent.kind.Kind`.
    of_images
        Whether only studies of images have it, for it shows them.
    intervals
        Whether a figure of maps draws the intervals of its first table.
    several
        Of what a study must have several to have it: `DESIGNS` or `SEEDS`; empty for no matter.
    """

    name: str
    category: str
    label: str = ""
    tables: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    subcategory: str | None = None
    drawing: str = ""
    caption: str = ""
    rule: str = ""
    maps: tuple[str, ...] = ()
    every_seed: bool = False
    of_kinds: bool = False
    of_images: bool = False
    intervals: bool = True
    several: str = ""

    def __post_init__(self) -> None:
        defaults = {"drawing": f"{self.name}.draw", "caption": self.name, "rule": self.name}
        for field, default in defaults.items():
            object.__setattr__(self, field, getattr(self, field) or default)

    @property
    def labels(self) -> dict[str, str]:
        """What the report's menu says of a figure of the study."""
        return {"what" if self.subcategory else "figure": self.label}
