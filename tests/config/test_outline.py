import pytest
import yaml

from nascent.config.outline import outline_of
from nascent.errors import ConfigError
from nascent.examples import column_target


@pytest.fixture
def demo(root, monkeypatch):
    monkeypatch.chdir(root)
    return yaml.safe_load((root / "config" / "config.yaml").read_text())


def test_parts_folds_and_inputs_of_a_study_are_known_before_its_first_job(demo):
    outline = outline_of(demo)
    assert list(outline.folds) == list(outline.study.splits.designs)
    assert set(outline.seen) == set(outline.candidates) == set(outline.study.train.models)
    # The target is stored, and no model sees it.
    hidden = set(outline.study.hidden)
    assert hidden <= set(outline.features)
    assert not hidden & set(outline.inputs[0].features)
    assert len(outline.parts) and outline.levels == ()
    (target,) = outline.targets
    assert (target.column, target.label) == ("target", "transcription rate")
    assert target.unworded() == column_target("target")


@pytest.mark.parametrize("column", ["plate", "perturbation", "cell_cycle"])
def test_groups_may_be_the_values_of_any_column_of_names(demo, column):
    demo["splits"] = {"group": column}
    assert outline_of(demo).study.splits.group == column


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ("pertubation", r"splits\.group: there is no column 'pertubation'.*'perturbation'"),
        ("area", r"splits\.group: the column 'area' holds a number measured of every example"),
    ],
)
def test_other_columns_are_no_groups(demo, column, said):
    demo["splits"] = {"group": column}
    with pytest.raises(ConfigError, match=said):
        outline_of(demo)


def test_what_is_wrong_with_a_study_is_found_with_its_place(demo):
    demo["train"]["models"]["linear"] = {"channels": ["00_DAPY"]}
    with pytest.raises(ConfigError, match=r"train\.models\.linear\.channels.*'00_DAPI'"):
        outline_of(demo)
