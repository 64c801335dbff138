"""The table of the report's pages: where each stands, and what the report's menu says of it.

The rules read it as Snakemake starts, so this loads nothing that writes pages. Pages of checks
follow from `nascent.explain.checks`, the cards of models from the models of a study.
"""

from dataclasses import dataclass

from nascent.explain.check import Check
from nascent.figure import DATA, EXPLANATIONS, MODELS

STUDY = "Study"
"""Category of what is said of the study as a whole."""


@dataclass(frozen=True)
class Page:
    """A page of the report.

    Attributes
    ----------
    name
        Of its file: `report/<name>.html`.
    category, subcategory
        Where it stands in the report.
    label
        What it shows, in the words of the report's menu; `{example}` and the like stand for what
        the kind of data calls it, `{factors}` for the columns by which its models are judged.
    caption
        Its text in `workflow/report/`, without `.rst`; the default is `<name>_table`.
    """

    name: str
    category: str
    label: str
    caption: str = ""
    subcategory: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "caption", self.caption or f"{self.name}_table")

    @property
    def labels(self) -> dict[str, str]:
        """What the report's menu says of it."""
        return {"figure" if self.category in (DATA, MODELS) else "what": self.label}


EVALUATION = (
    Page("comparison", MODELS, "models and reference predictors, table"),
    Page("pairs", MODELS, "every two models"),
    Page("levels", MODELS, "by {factors}"),
    Page("confounders", MODELS, "known factors"),
    Page("controls", MODELS, "intensity or structure, table"),
)
"""Those that show a table of the evaluation, `evaluate/<name>.tsv`."""

PAGES = {
    page.name: page
    for page in (
        Page("study", STUDY, "config, versions, seeds, models", caption="study_card"),
        Page("quality", DATA, "quality control, table"),
        *EVALUATION,
        Page("completeness", EXPLANATIONS, "completeness of the maps"),
        Page(
            "use",
            EXPLANATIONS,
            "what the models use of each {feature}, table",
            subcategory="{Feature} use",
        ),
    )
}
"""By name, those that every study has once."""


def page_of_check(check: Check) -> Page:
    """Return the page of a check's table."""
    name = f"checks/{check.name}"
    return Page(name, EXPLANATIONS, check.name, caption="check_table", subcategory="Tables")


def card_of(model: str) -> Page:
    """Return the page of a model of a study."""
    return Page(f"models/{model}", MODELS, "model card", caption="model_card")
