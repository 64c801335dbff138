"""Captions of figures as HTML: Jinja gives them the study's words, docutils renders them.

They are those of Snakemake's own report, `workflow/report/*.rst`, and are told the same:
`snakemake.config`, `snakemake.params` and `snakemake.wildcards`.
"""

from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from docutils import nodes
from docutils.core import publish_doctree, publish_from_doctree
from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateNotFound
from markupsafe import Markup

from nascent.config.sections import Study
from nascent.errors import ConfigError, ResultError
from nascent.kind import kind_of
from nascent.report.captions import words_of_captions

SETTINGS: Mapping[str, Any] = {
    "_disable_config": True,
    "embed_stylesheet": False,
    "file_insertion_enabled": False,
    "halt_level": 5,
    "initial_header_level": 4,
    "raw_enabled": False,
    "report_level": 5,
    "syntax_highlight": "none",
}
"""Of docutils: names that users give are text, whatever is in them."""

LINKS = ("http://", "https://", "#")


CAPTIONS = Path("workflow", "report")
"""Folder of the captions in a clone of nascent."""


def captions_folder() -> Path:
    """Return the folder of the captions: of the working folder, or of the clone of this library.

    Raises
    ------
    ConfigError
        Where neither has any.
    """
    for place in (Path(), Path(__file__).parents[4]):
        if (place / CAPTIONS / "comparison.rst").is_file():
            return place / CAPTIONS
    raise ConfigError(
        f"the captions of the report, {CAPTIONS}, are not here",
        where=Path.cwd(),
        mend="Run this in a clone of nascent.",
    )


class Captions:
    """The captions of a study.

    Parameters
    ----------
    folder
        That of the captions.
    study
        The study that they speak of.
    """

    def __init__(self, folder: str | Path, study: Study) -> None:
        self._folder = Path(folder)
        # What Jinja writes is reStructuredText; docutils escapes it.
        self._templates = Environment(
            loader=FileSystemLoader(self._folder), undefined=StrictUndefined, autoescape=False
        )
        self._config = study.plain() | words_of_captions(study)
        self._params = parameters(study)

    def html(self, name: str, wildcards: Mapping[str, str]) -> Markup:
        """Return a caption as HTML.

        Raises
        ------
        ResultError
            Where there is no such caption.
        """
        told = SimpleNamespace(
            config=self._config, params=SimpleNamespace(**self._params), wildcards=wildcards
        )
        try:
            text = self._templates.get_template(f"{name}.rst").render(snakemake=told)
        except TemplateNotFound:
            raise ResultError(
                f"there is no caption {name}.rst",
                where=self._folder,
                mend="Give the folder of the captions of the workflow, workflow/report.",
            ) from None
        return rendered(text)


def parameters(study: Study) -> dict[str, Any]:
    """Return what the rules of figures tell captions beside the config, by name."""
    imaged = next(iter(study.hidden), "")
    usual = study.predicted == kind_of(study.kind).target
    return {
        "label": study.label,
        "measured": study.label if usual else f"mean {imaged}" if imaged else study.predicted,
        "strata": study.strata_of_cells(),
        "size": study.places[0],
        "confidence": study.explain.confidence,
    }


def rendered(text: str) -> Markup:
    """Return reStructuredText as HTML; of links, those to pages and sections alone."""
    tree = publish_doctree(text, settings_overrides=dict(SETTINGS))
    for link in list(tree.findall(nodes.reference)):
        if not link.get("refuri", "#").startswith(LINKS):
            link.replace_self(link.children)
    for one in list(tree.findall(nodes.system_message)):
        one.parent.remove(one)
    page = publish_from_doctree(tree, writer="html5", settings_overrides=dict(SETTINGS))
    whole = page.decode() if isinstance(page, bytes) else page
    body = whole.partition("<main>")[2].rpartition("</main>")[0] if "<main>" in whole else ""
    return Markup(body.strip())
