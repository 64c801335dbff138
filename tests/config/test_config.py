import json

import pytest
import yaml

from nascent.config.checks import check_study
from nascent.config.documents import documents, keys
from nascent.config.folds import study_folds
from nascent.errors import ConfigError, NascentError, RawDataError
from nascent.kinds.cells.channels import study_channels
from nascent.kinds.cells.wells_table import check_tables, read_wells

MEASURED = {"study": "mine", "data": "wells", "target": {"channel": "00_EU"}}


SHIPPED = ("config", "classes", "codex", "mpm", "cells.example", "structure", "intensity", "wells")


def test_all_studies_that_come_with_nascent_are_listed(root):
    assert {path.stem for path in (root / "config").glob("*.yaml")} == set(SHIPPED)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_study_is_valid_and_its_wells_give_its_folds(root, name):
    study = check_study(yaml.safe_load((root / "config" / f"{name}.yaml").read_text()))
    wells = read_wells(root / study.wells)
    assert study_folds(study, wells.assign(group=wells["plate"] + "/" + wells["well"]))


def test_the_published_study_is_what_was_published(root):
    study = check_study(yaml.safe_load((root / "config" / "mpm.yaml").read_text()))
    wells = read_wells(root / study.wells)
    assert set(wells["well"]) == {"J10", "I09", "I11", "J12", "J16", "I14"}
    assert len(study.shards.inputs) == 33
    assert study.crops.size == 224
    assert study.crops.oversize == "crop"
    assert (study.shards.normalise.clip, study.shards.normalise.z_score) == (98, True)
    assert study.splits.fractions.model_dump() == {"train": 0.8, "val": 0.1, "test": 0.1}
    method = study.attribute.methods["vargrad"]
    assert (method.steps, method.samples, method.sigma) == (70, 50, 1.0)


def test_generated_documents_have_not_drifted(root):
    for path, text in documents(root).items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name}: run `make schemas`"


def test_the_example_holds_every_key(root):
    text = (root / "config" / "cells.example.yaml").read_text()
    for key, *_ in keys():
        if "<" not in key and "[" not in key:
            assert f"{key.rpartition('.')[2]}:" in text, key


def test_the_schema_refuses_what_the_model_refuses(root):
    schema = json.loads((root / "workflow/schemas/cells.schema.json").read_text())
    assert schema["additionalProperties"] is False
    assert schema["required"] == ["study"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"cropz": {}}, r"unknown key 'cropz'. Did you mean 'crops'\?"),
        ({"crops": {"sise": 64}}, r"unknown key 'crops.sise'. Did you mean 'size'\?"),
        (
            {"train": {"models": {"cnn": {"learning_rte": 1}}}},
            r"'train.models.cnn.learning_rte'. Did you mean 'learning_rate'\?",
        ),
        ({"attribute": {"methods": {"ig": {"step": 1}}}}, r"Did you mean 'steps'\?"),
        ({"crops": {"quality": [{"column": "a", "valeu": 1}]}}, r"Did you mean 'value'\?"),
        ({"train": {"models": {"cnn": {"learning_rate": -1}}}}, "train.models.cnn.learning_rate"),
        ({"splits": {"fractions": {"train": 0.9}}}, r"sum to 1.1, not to 1"),
        (
            {"splits": {"fractions": {"train": 0.9, "val": 0.1, "test": 0}}},
            "splits.fractions.test.* greater than 0",
        ),
        ({"shards": {"inputs": ["00_DAPI", "00_EU"]}}, "'00_EU' is the target"),
        ({"shards": {"normalise": {"mean_extraction": True}}}, "subtract the mean twice"),
        ({"shards": {"normalise": {"clip": None, "scale": True}}}, "scale divides"),
        ({"attribute": {"models": ["cnn"]}}, "cnn is not in train.models"),
        ({"explain": {"use": {"models": ["cnn"]}}}, "explain.use.models: cnn is not in train.mod"),
        ({"explain": {"use": {"models": ["linear", "linear"]}}}, "an entry is listed twice"),
        ({"simulate": {}}, "either `data` .* or `simulate`"),
        ({"train": {"models": {"cnn": {"seeds": [1, 1]}}}}, "a seed is listed twice"),
        ({"train": {"models": {"cnn": {"seeds": [-1]}}}}, "train.models.cnn.seeds.0"),
        ({"train": {"models": {"ols": {}}}}, "'ols' is the name of a reference predictor"),
        ({"attribute": {"splits": ["test", "test"]}}, "splits: an entry is listed twice"),
        (
            {"attribute": {"methods": {"use": {"method": "gradient"}}}},
            "a method cannot be called 'use'",
        ),
        ({"study": "../elsewhere"}, "study"),
    ],
)
def test_a_wrong_key_or_value_is_named(given, message):
    with pytest.raises(ConfigError, match=message):
        check_study(MEASURED | given)


def test_wells_keep_names_that_look_like_numbers(tmp_path):
    (tmp_path / "wells.tsv").write_text("plate\twell\tpath\n01\t007\ta/b\n01\t008\t\n")
    wells = read_wells(tmp_path / "wells.tsv")
    assert wells.index.tolist() == ["01_007", "01_008"]
    assert wells["path"].tolist() == ["a/b", "008"]
    assert wells["perturbation"].tolist() == [None, None]


def test_only_an_empty_cell_of_the_wells_table_is_missing(tmp_path):
    (tmp_path / "wells.tsv").write_text("plate\twell\tperturbation\nNA\tA01\tNone\nNA\tA02\t\n")
    wells = read_wells(tmp_path / "wells.tsv")
    assert wells["plate"].tolist() == ["NA", "NA"]
    assert wells["perturbation"].tolist() == ["None", None]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("plate\twell\np\tA01\np\tA02\np\tA01\n", "p_A01 is listed twice, in rows 2 and 4"),
        ("plate\twell\tpath\np\tA01\tx\np\tA02\tx\n", "path 'x' is listed twice, in rows 2 and 3"),
        ("plate\twell\tlayot\np\tA01\tnumpy\n", r"unknown column 'layot'. Did you mean 'layout'"),
        ("plate\twell\tlayout\np\tA01\tnumpi\n", "row 2, column 'layout'.*'numpi'"),
        ("plate\twell\np\tA 1\n", "row 2, column 'well'.*'A 1'"),
        ("plate\twell\np\t\n", "row 2, column 'well'"),
        ("plate\twel\np\tA01\n", "no column 'well'"),
        ("plate\twell\n", "lists no well"),
        (None, "no such wells table"),
    ],
)
def test_a_wrong_cell_of_the_wells_table_is_named(tmp_path, table, message):
    if table is not None:
        (tmp_path / "wells.tsv").write_text(table)
    with pytest.raises(NascentError, match=message):
        read_wells(tmp_path / "wells.tsv")


def folder_of(data, name, channels="0,00_DAPI\n1,00_EU\n"):
    (data / name).mkdir(parents=True)
    (data / name / "channels.csv").write_text(channels)
    (data / name / "pixels.csv").write_text("")


def channels_of(data, table):
    (data / "wells.tsv").write_text(table)
    return study_channels(
        check_study(MEASURED | {"data": str(data)}), read_wells(data / "wells.tsv")
    )


def test_channels_are_those_of_every_well(tmp_path):
    folder_of(tmp_path, "A01")
    folder_of(tmp_path, "A02")
    folder_of(tmp_path, "A03", "0,00_DAPI\n1,15_SON\n2,00_EU\n")
    assert channels_of(tmp_path, "plate\twell\np\tA01\np\tA02\n") == ["00_DAPI", "00_EU"]
    with pytest.raises(RawDataError, match="well p_A03 are not those of well p_A01: 15_SON only"):
        channels_of(tmp_path, "plate\twell\np\tA01\np\tA03\n")
    with pytest.raises(RawDataError, match="A09: there is no such well"):
        channels_of(tmp_path, "plate\twell\np\tA09\n")


@pytest.mark.parametrize(
    "table",
    [
        # Without a path a well is looked for under its name, whatever its plate.
        "plate\twell\np\tA01\nq\tA01\n",
        "plate\twell\tpath\np\tA01\tA01\np\tA02\t./A01/\n",
    ],
)
def test_two_wells_at_one_place_are_named(tmp_path, table):
    folder_of(tmp_path, "A01")
    with pytest.raises(ConfigError, match=r"wells p_A01 and [pq]_A0[12] are both read from"):
        channels_of(tmp_path, table)


def test_measured_wells_need_the_name_of_the_channel_that_is_predicted():
    with pytest.raises(ConfigError, match=r"target\.channel: measured wells need the name"):
        check_study({"study": "mine", "data": "wells"})
    with pytest.raises(ConfigError, match=r"where target\.column is predicted, name a channel"):
        check_study({"study": "mine", "data": "wells", "target": {"column": "area"}})


def test_simulated_wells_have_the_rate_in_a_channel_of_their_own():
    study = check_study({"study": "mine", "simulate": {}, "target": {"label": "rate"}})
    assert (study.target.channel, study.label) == ("00_EU", "rate")


def test_a_target_that_is_no_channel_names_the_nearest_before_the_first_job(tmp_path):
    folder_of(tmp_path, "A01", "0,00_DAPI\n1,00_EUU\n")
    with pytest.raises(ConfigError, match=r"target.channel: .*'00_EU'. Did you mean '00_EUU'"):
        channels_of(tmp_path, "plate\twell\np\tA01\n")


@pytest.mark.parametrize(
    ("chosen", "explained"),
    [(None, ["linear", "simple_cnn"]), ([], []), (["linear"], ["linear"])],
)
def test_all_models_are_explained_unless_the_study_says_which(chosen, explained):
    assert check_study(MEASURED | {"attribute": {"models": chosen}}).explained_models() == explained


def test_models_are_asked_what_they_use_whether_they_are_explained_or_not():
    study = MEASURED | {"attribute": {"models": []}}
    assert check_study(study).used_models() == ["linear", "simple_cnn"]
    chosen = study | {"explain": {"use": {"models": ["linear"]}}}
    assert check_study(chosen).used_models() == ["linear"]


def test_a_cell_cycle_table_must_tell_plates_apart_that_number_cells_alike(tmp_path):
    (tmp_path / "wells.tsv").write_text("plate\twell\np\tA01\nq\tA01\n")
    (tmp_path / "cycle.csv").write_text("mapobject_id,cell_cycle\n5,G1\n")
    wells = read_wells(tmp_path / "wells.tsv")
    given = MEASURED | {"data": str(tmp_path), "tables": {"cell_cycle": "cycle.csv"}}
    check_tables(check_study(given), wells)
    alike = check_study(given | {"crops": {"id_scope": "plate"}})
    check_tables(alike, wells[:1])
    with pytest.raises(ConfigError, match=r"cycle\.csv: .*Add the column plate_name"):
        check_tables(alike, wells)
    (tmp_path / "cycle.csv").write_text("plate_name,mapobject_id,cell_cycle\np,5,G1\nq,5,S\n")
    check_tables(alike, wells)
