"""The methods section says what a study did, with citations that exist."""

import re
from pathlib import Path

import pytest
import yaml

import nascent.kinds
from nascent.attribute.method import known_methods
from nascent.config.outline import outline_of
from nascent.config.record import plain_record
from nascent.errors import NascentError
from nascent.kind import FOLDERS
from nascent.report.methods.explanations import SOURCES
from nascent.report.methods.records import Methods, Paragraph
from nascent.report.methods.references import (
    bibtex,
    citation,
    in_list,
    known_references,
    section,
)
from nascent.report.methods.text import methods_text
from nascent.report.record import write_study_record
from nascent.study_record import FILE, read_study_record
from nascent.task import known_tasks, task_of

ROOT = Path(__file__).parents[2]
STUDIES = [
    *sorted((ROOT / "config").glob("*.yaml")),
    *sorted((ROOT / "tests/kinds/toy").glob("*.yaml")),
]
VERSIONS = {"nascent": "1.2.3", "numpy": "2.0", "tensorflow-cpu": "2.21", "h5py": "3"}


@pytest.fixture
def of_config(tmp_path, monkeypatch):
    """Return the methods section of a config."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv(FOLDERS, "")
    monkeypatch.setattr(nascent.kinds, "__path__", [*nascent.kinds.__path__])

    def text_of(config: dict) -> Methods:
        write_study_record(plain_record(outline_of(config)), "1.2.3", tmp_path / FILE)
        return methods_text(read_study_record(tmp_path), VERSIONS)

    return text_of


@pytest.fixture
def demo():
    return yaml.safe_load((ROOT / "config/config.yaml").read_text("utf-8"))


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_study_has_a_section_whose_marks_are_citations(path, of_config):
    config = yaml.safe_load(path.read_text("utf-8"))
    try:
        found = of_config(config)
    except NascentError:
        pytest.skip("its raw data are not here")
    text = found.text
    assert "[@" not in text and "{" not in text and "floor" not in text
    assert not re.search(r"\bNone\b|  |\.\.|,,", text), text
    assert len(found.references) == len(set(found.references)) > 10
    if "toy" in path.parts:
        assert not re.search(r"\b(cell|channel|well|pixel)s?\b", text, re.IGNORECASE)
    for reference in found.references:
        assert citation(reference) in text, reference.key


def test_the_section_says_the_options_of_the_config(of_config, demo):
    text = of_config(demo).text
    for told in (
        "split by cell, stratified by perturbation, cell cycle and well",
        "80 % training, 10 % validation and 10 % test cells",
        "clipped above percentile 98",
        "32 and 64 filters",
        "at most 12 epochs",
        "falls from 0.001 to 0 along a cosine (Loshchilov & Hutter 2017)",
        "Huber loss (Huber 1964), quadratic up to an error of 1 SD of the target",
        "Expected Gradients (Erion et al. 2021), with 50 training cells as baselines",
        "Gauss–Legendre quadrature in at most 32 steps",
        "The top 50 % of pixels of channels in maps by gradients were removed from all cells and"
        " simple_cnn trained again",
        "Maps by gradients, Integrated Gradients and Grad-CAM are of simple_cnn alone.",
        "nascent 1.2.3",
        "TensorFlow 2.21 (Abadi et al. 2016)",
    ):
        assert told in text, told


def test_what_a_study_did_not_do_is_not_in_it(of_config, demo):
    text = of_config(demo).text
    assert "Hooker et al. 2019" in text and "AdamW" not in text and "penalties on" not in text
    demo["explain"]["roar"] = None
    demo["attribute"]["methods"] = {}
    bare = of_config(demo)
    assert "Hooker" not in bare.text and "Attribution maps" not in bare.text
    assert "adebayo2018" not in {one.key for one in bare.references}
    demo["train"]["defaults"] |= {
        "optimizer": "adamw",
        "weight_decay": 0.01,
        "augment": {"flip": True},
    }
    demo["train"]["models"]["simple_cnn"]["seeds"] = [1, 2]
    changed = of_config(demo).text
    assert "AdamW (Loshchilov & Hutter 2019) with weight decay 0.01" in changed
    assert "Augmentation: left–right flips." in changed and "Cochran & Cox 1950" in changed


@pytest.mark.parametrize(
    ("splits", "told"),
    [
        (
            {"by": "leave_one_group_out"},
            "split by leaving out one well at a time to test; of the other cells 20 % were drawn"
            " for validation, stratified by perturbation, cell cycle and well, and the rest trained"
            " the models. Metrics are over the test cells of all folds together.",
        ),
        (
            {"by": "group"},
            "split by well into 60 % training, 15 % validation and 25 % test cells, so that whole"
            " wells are held out: an integer programme chose the wells so that these shares hold,"
            " for the levels of perturbation and quartiles of the target too,",
        ),
        (
            {"by": ["shuffle", "leave_one_group_out"], "fold": "A02"},
            "in a plain random order, into 60 % training, 15 % validation and 25 % test cells; and"
            " separately by leaving out A02 to test",
        ),
    ],
)
def test_each_design_says_how_it_split(of_config, demo, splits, told):
    demo["splits"] = {"fractions": {"train": 0.6, "val": 0.15, "test": 0.25}} | splits
    text = of_config(demo).text
    assert told in text
    if splits["by"] == "leave_one_group_out":
        assert "25 %" not in text.partition("Splits.")[2].partition("Normalisation")[0]


def test_groups_of_another_target_are_balanced_by_the_column_target(of_config):
    config = yaml.safe_load((ROOT / "config/classes.yaml").read_text("utf-8"))
    text = of_config(config).text
    assert "quartiles of the column target of the table of cells" in text
    assert "Brier skill (class CX5461) that it loses" in text


def test_methods_that_one_function_makes_keep_their_names_apart(of_config, demo):
    demo["attribute"]["methods"] = {
        "ig": {"method": "integrated_gradients", "models": ["simple_cnn"]},
        "ig_blurred": {"method": "integrated_gradients", "baseline": "blurred", "blur": 15},
        "out": {"method": "channel_ablation"},
        "swapped": {"method": "channel_ablation", "to": "permutation"},
        "hidden": {"method": "occlusion", "window": 8, "stride": 4, "channels": "each"},
    }
    demo["explain"]["roar"] = {"methods": ["ig"], "fractions": [0.5], "rank": "pixels"}
    text = of_config(demo).text
    assert "Maps by Integrated Gradients (ig) are of simple_cnn alone." in text
    assert "Integrated Gradients (ig_blurred) (Sundararajan et al. 2017), with" in text
    assert "channel ablation (out), with" in text and "(swapped) (Breiman 2001)" in text
    assert "windows of 8 pixels every 4 pixels, channel by channel" in text
    assert "The top 50 % of pixels in maps by Integrated Gradients (ig) were removed" in text


def test_what_maps_lack_is_not_said_to_have_been_read_of_them(of_config, demo):
    demo["explain"]["roar"] = None
    read = {
        "share of a channel in a map": ("ig", "out"),
        "Top pixels of the map were removed": ("ig", "cam"),
        "with masks of other cells": ("ig", "cam"),
        "Channels were clustered": ("ig",),
        "in rings from the middle of the cell": ("ig", "cam"),
        "was tested by permutation": ("ig", "out"),
    }
    methods = {
        "ig": {"method": "integrated_gradients"},
        "cam": {"method": "grad_cam", "models": ["simple_cnn"]},
        "out": {"method": "channel_ablation"},
    }
    for name, options in methods.items():
        demo["attribute"]["methods"] = {name: options}
        text = of_config(demo).text
        assert {told for told in read if told in text} == {
            told for told, of in read.items() if name in of
        }, name


def test_what_shapes_a_simulation_and_its_validation_is_said(of_config, demo):
    assert "Each well shifts" not in of_config(demo).text
    demo["simulate"]["well_effect"] = 0.5
    demo["train"]["defaults"] |= {"validation": "eight_fold"}
    text = of_config(demo).text
    assert "a normal draw with a standard deviation of 0.5 SDs of the rate" in text
    assert "Validation is over all flips and quarter turns of the cells." in text


def test_what_code_cites_is_in_the_list():
    known = known_references()
    assert set(SOURCES) == set(known_methods())
    assert set(SOURCES.values()) <= set(known)
    marks = {key for task in known_tasks() for key in task_of(task).sources.values()}
    for path in (ROOT / "src").rglob("*.py"):
        if "references" not in path.stem and path.name != "__init__.py":
            marks |= set(re.findall(r"[\[ ]@([a-z]+\d{4}[a-z]*)", path.read_text("utf-8")))
    assert len(marks) > 30 and marks <= set(known), marks - set(known)


def test_references_are_whole_and_every_one_is_a_bibtex_entry():
    known = known_references()
    for key, one in known.items():
        assert one.authors and one.title and one.container and re.fullmatch(r"\d{4}", one.year)
        assert one.year in key and in_list(one).count(one.title) == 1
        assert not one.doi or one.doi.startswith("10.")
    text = bibtex(known.values())
    assert text.count("{") == text.count("}") and text.count("\n@") == len(known) - 1
    assert "author = {van der Walt" not in text and "van der Walt, SJ" in text
    assert r"Computing in Science \& Engineering" in text
    assert "eprint = {1810.03292}" in text


def test_marks_become_citations_and_an_unknown_one_is_an_error():
    found = section([Paragraph("A", "Adam [@kingma2015], twice [@adebayo2018; @kingma2015].")])
    assert (
        found.text == "A. Adam (Kingma & Ba 2015), twice (Adebayo et al. 2018, Kingma & Ba 2015)."
    )
    assert [one.key for one in found.references] == ["adebayo2018", "kingma2015"]
    with pytest.raises(KeyError, match="nobody1900"):
        section([Paragraph("A", "It is so [@nobody1900].")])
