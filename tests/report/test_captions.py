"""The report's texts render as Snakemake renders them: Jinja2, then reStructuredText."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from docutils.core import publish_parts
from jinja2 import Environment, StrictUndefined

from nascent.config.checks import check_study
from nascent.explain.checks import CHECKS
from nascent.figures.table import FIGURES
from nascent.kind import Words
from nascent.report.captions import words_of_captions
from nascent.report.pages import PAGES, card_of, page_of_check

ROOT = Path(__file__).parents[2]
CAPTIONS = sorted((ROOT / "workflow/report").glob("*.rst"))
STUDIES = sorted((ROOT / "config").glob("*.yaml"))


class Named(dict):
    __getattr__ = dict.__getitem__


def filled_in(config: dict) -> dict:
    """Return a study's config as the rules fill it in."""
    study = check_study(config)
    return study.plain() | words_of_captions(study) | {"target_label": "transcription rate"}


def render(path: Path, config: dict) -> str:
    snakemake = SimpleNamespace(
        config=config,
        wildcards=Named(model="simple_cnn", method="vargrad"),
        params=Named(
            measured="transcription rate (counts)",
            label="transcription rate (counts)",
            size=224,
            confidence=0.99,
            strata={"by": "sd", "width": 1.0, "quantiles": [0.25, 0.75], "column": None},
        ),
    )
    environment = Environment(trim_blocks=True, undefined=StrictUndefined)
    text = environment.from_string(path.read_text("utf-8")).render(snakemake=snakemake)
    # Level 1 stops at the mildest complaint of the parser.
    return publish_parts(text, writer="html", settings_overrides={"halt_level": 1})["html_body"]


UNUSUAL = {name: f"a{name}" for name in Words().plain()}
"""Words that general texts use for nothing else, and that have the article `an`."""


def text_in(words: dict[str, str], path: Path) -> str:
    """Return a caption of cells in other words, as plain text."""
    config = filled_in({"study": "demo", "simulate": {}}) | {"words": Words(**words).captions()}
    return " ".join(re.sub(r"<[^>]+>", " ", render(path, config)).split())


@pytest.mark.parametrize("path", CAPTIONS, ids=lambda path: path.stem)
def test_an_article_fits_whatever_word_stands_behind_it(path):
    words = "|".join(UNUSUAL.values())
    assert not re.findall(rf".{{0,30}}\ba (?:{words})\b", text_in(UNUSUAL, path), re.I)


@pytest.mark.parametrize("name", ["quality", "quality_table"])
def test_quality_control_is_told_by_part_whatever_the_groups_are(name):
    text = text_in(UNUSUAL, ROOT / f"workflow/report/{name}.rst")
    assert UNUSUAL["part"] in text
    assert UNUSUAL["group"] not in text


CLASSES = {"target": {"task": "classes", "column": "perturbation"}}


@pytest.mark.parametrize("target", [{}, CLASSES], ids=["numbers", "classes"])
@pytest.mark.parametrize("path", CAPTIONS, ids=lambda path: path.stem)
def test_a_text_renders_without_complaint(path, target):
    html = render(path, filled_in({"study": "demo", "simulate": {}, **target}))
    assert "{{" not in html and "{%" not in html
    assert len(html) > 200


@pytest.mark.parametrize("path", CAPTIONS, ids=lambda path: path.stem)
def test_texts_of_a_study_of_classes_name_no_metric_of_numbers(path):
    html = render(path, filled_in({"study": "demo", "simulate": {}, **CLASSES}))
    assert not re.search(r"R²|\bMAE\b|[Mm]ean absolute error", html)


def test_no_text_names_a_metric_itself():
    for path in CAPTIONS:
        text = re.sub(r"\{[{%].*?[%}]\}", "", path.read_text("utf-8"))
        assert not re.search(r"R²|\bMAE\b|log loss|balanced accuracy|AUROC|Brier", text), path.stem


@pytest.mark.parametrize("target", [{}, CLASSES], ids=["numbers", "classes"])
@pytest.mark.parametrize("path", CAPTIONS, ids=lambda path: path.stem)
def test_texts_of_a_study_of_genes_speak_of_no_cell(path, target):
    words = Words(example="gene", examples="genes", group="chromosome", groups="chromosomes")
    genes = {
        "words": words.captions(),
        "factors": ["strand"],
        "batches": [],
        "floors": [],
        "references": [],
    }
    html = render(
        path,
        filled_in({"study": "demo", "simulate": {}, **target})
        | genes
        | {"wells": "", "kind": "genes"},
    )
    # What is set as code are names of keys and files.
    text = re.sub(r"<tt.*?</tt>|<code.*?</code>|<[^>]+>", " ", html, flags=re.DOTALL)
    assert not re.findall(
        r".{0,30}\b(?:cells?|wells?|plates?|channels?|pixels?|nucle\w+|proteins?)\b.{0,30}",
        text,
        re.I,
    )


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.stem)
def test_the_front_page_names_the_study_its_target_and_models(path):
    config = filled_in(yaml.safe_load(path.read_text("utf-8")))
    html = render(ROOT / "workflow/report/study.rst", config)
    assert f"Study {config['study']}" in html
    for name in (*config["train"]["models"], *config["attribute"]["methods"]):
        assert name in html
    assert (config["target"]["column"] or config["target"]["channel"]) in html
    # Every fact stands on a line of its own.
    for fact in ("kind", "data", "wells", "target", "splits", "models", "explained by", "seed"):
        assert re.search(rf"<(th|dt)[^>]*>{fact}", html), fact


@pytest.mark.parametrize(
    ("by", "words"),
    [
        ("group", "by well: whole wells held out"),
        (["example", "leave_one_group_out"], "by cell, stratified; one well left out at a time"),
    ],
)
def test_the_front_page_says_every_split(by, words):
    config = filled_in({"study": "demo", "simulate": {}})
    config["splits"] = {**config["splits"], "by": by}
    assert words in " ".join(render(ROOT / "workflow/report/study.rst", config).split())


@pytest.mark.parametrize(
    ("by", "told"),
    [("example", False), ("leave_one_group_out", True), (["group", "example"], True)],
)
def test_the_front_page_says_where_one_fold_of_several_is_explained(by, told):
    config = filled_in({"study": "demo", "simulate": {}})
    config["splits"] = {**config["splits"], "by": by}
    assert ("of one fold alone" in render(ROOT / "workflow/report/study.rst", config)) == told


def test_the_front_page_says_the_kinds_words():
    config = filled_in({"study": "demo", "simulate": {}})
    html = render(ROOT / "workflow/report/study.rst", config | {"target_label": "labelling index"})
    assert "labelling index" in html


def test_every_caption_that_a_rule_names_is_there_and_the_reverse():
    known = {path.stem for path in CAPTIONS}
    shown = [*FIGURES, *(figure for check in CHECKS for figure in check.figures)]
    shown += [*PAGES.values(), card_of("linear"), *map(page_of_check, CHECKS)]
    text = "".join(path.read_text("utf-8") for path in (ROOT / "rules").rglob("*.smk"))
    whole = set(re.findall(r"report/(\w+)\.rst", text))
    assert whole <= known
    assert {"study", *(one.caption for one in shown), *whole} == known


def test_the_front_page_of_a_workflow_that_uses_this_one_names_no_study():
    html = render(ROOT / "workflow/report/study.rst", {"nascent": {"study": "demo"}, "splits": 1})
    assert "How to read it" in html
    assert "Study demo" not in html
