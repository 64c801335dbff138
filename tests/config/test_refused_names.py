"""Names that a study cannot have are refused before the first job, with the reason."""

import pandas as pd
import pytest

from nascent.config.channels import check_channel_groups
from nascent.config.checks import check_study
from nascent.config.names import check_paths, check_predicted
from nascent.errors import ConfigError, RawDataError
from nascent.explain.importance.stage import CELL_COLUMNS
from nascent.kinds.cells.channels import study_channels
from nascent.kinds.cells.parts import columns, paths
from nascent.kinds.cells.wells_table import read_wells
from nascent.names import BESIDE_CHANNELS

STUDY = {"study": "s", "data": "raw", "target": {"channel": "EU"}, "wells": "wells.tsv"}


@pytest.fixture
def measured(tmp_path):
    """Write a raw well; return (channels, layout of its files) -> (study, wells)."""

    def write(channels, *, metadata="mapobject_id,dose,kind\n1,2.5,a\n", text=False, **changes):
        place = tmp_path / "raw" / "A01"
        place.mkdir(parents=True, exist_ok=True)
        table = pd.DataFrame({"id": range(len(channels)), "name": channels})
        table.to_csv(place / "channels.csv", index=False, header=False, lineterminator="\n")
        (place / "metadata.csv").write_text(metadata)
        (place / ("pixels.tsv" if text else "mapobject_ids.npy")).write_text("")
        (tmp_path / "wells.tsv").write_text("plate\twell\nNA\tA01\n")
        study = check_study(STUDY | {"data": str(tmp_path / "raw")} | changes)
        return study, read_wells(tmp_path / "wells.tsv")

    return write


def models(**options):
    return {"train": {"models": {"linear": options}}}


def test_channels_may_have_slashes_braces_spaces_and_letters_of_any_script(measured):
    channels = ["CD3/CD4", "{x}", "NA", "01", "=x", "TRUE", "α-SMA b", "EU"]
    study, wells = measured(channels)
    assert study_channels(study, wells) == channels


@pytest.mark.parametrize("name", ["well", "split", "all", "total", "copy", "plate", "unit"])
def test_a_channel_called_like_a_column_beside_it_is_refused(measured, name):
    with pytest.raises(RawDataError, match=rf"channels\.csv: a channel cannot be called '{name}'"):
        study_channels(*measured([name, "EU"]))


def test_a_channel_called_like_a_key_of_the_pixel_table_is_refused_there_alone(measured):
    assert study_channels(*measured(["x", "EU"])) == ["x", "EU"]


def test_a_pixel_table_has_no_channel_x(measured):
    with pytest.raises(RawDataError, match="a channel cannot be called 'x'"):
        study_channels(*measured(["x", "EU"], text=True))


@pytest.mark.parametrize("name", ["a\tb", "a\nb", "a\x07b"])
def test_a_channel_with_a_control_character_is_refused(measured, name):
    with pytest.raises(RawDataError, match=r"has the character U\+00"):
        study_channels(*measured([name, "EU"]))


def test_no_column_of_a_table_of_channels_is_left_out():
    assert {"id", *CELL_COLUMNS} <= BESIDE_CHANNELS


def test_a_group_of_channels_is_not_called_like_a_column(measured):
    study, _ = measured(["a", "b", "EU"], explain={"channel_groups": {"well": ["a", "b"]}})
    with pytest.raises(RawDataError, match="a group of channels cannot be called 'well'"):
        check_channel_groups(study, {"image": ["a", "b"]})


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"data": "raw/{x}"}, r"data: the path 'raw/\{x\}' has a brace"),
        ({"crops": {"exclude": "{x}.txt"}}, r"crops\.exclude"),
        ({"tables": {"wells": "{x}.csv"}}, r"tables\.wells"),
    ],
)
def test_a_path_with_a_brace_is_refused(measured, changes, told):
    study, wells = measured(["EU"], **changes)
    with pytest.raises(ConfigError, match=told):
        check_paths(study, paths(study, wells))


def test_a_path_with_a_brace_in_the_wells_table_names_its_row(measured):
    study, wells = measured(["EU"])
    with pytest.raises(ConfigError, match=r"wells\.tsv, row 2, column 'path'.*brace"):
        check_paths(study, paths(study, wells.assign(path="a{x}")))


@pytest.mark.parametrize("column", ["area", "mean_DAPI", "dose", "duration", "size_ratio"])
def test_columns_of_numbers_can_be_predicted(measured, column):
    study, wells = measured(["DAPI", "EU"], **models(also_predict=[column]))
    check_predicted(study, columns(study, wells, ["DAPI", "EU"]))


@pytest.mark.parametrize(
    ("column", "told"),
    [
        ("kind", r"also_predict: the column 'kind' of .*metadata\.csv holds text"),
        ("cell_cycle", "the column 'cell_cycle' of .* holds text"),
        ("dos", "there is no column 'dos'.*Did you mean 'dose'"),
        ("mean_CD3/CD4", "maps lie in a folder of that name.*without slashes"),
    ],
)
def test_a_column_that_cannot_be_predicted_is_refused(measured, column, told):
    study, wells = measured(["CD3/CD4", "EU"], **models(also_predict=[column]))
    with pytest.raises(ConfigError, match=told):
        check_predicted(study, columns(study, wells, ["CD3/CD4", "EU"]))


@pytest.mark.parametrize("column", ["id", "group"])
def test_a_column_that_every_table_of_examples_has_is_predicted_under_its_other_name(
    measured, column
):
    metadata = f"mapobject_id,{column}\n1,2.5\n"
    study, wells = measured(["EU"], metadata=metadata, **models(also_predict=[column]))
    with pytest.raises(ConfigError, match=rf"no column '{column}'.*{column}_metadata"):
        check_predicted(study, columns(study, wells, ["EU"]))
    other = models(also_predict=[f"{column}_metadata"])
    study, wells = measured(["EU"], metadata=metadata, **other)
    check_predicted(study, columns(study, wells, ["EU"]))


def test_of_a_simulated_study_text_is_known_without_a_file():
    study = check_study({"study": "s", "simulate": {}} | models(also_predict=["well_name"]))
    with pytest.raises(ConfigError, match=r"'well_name' .* holds text"):
        check_predicted(study, columns(study, pd.DataFrame(), ["00_EU"]))


@pytest.mark.parametrize("well", ["01", "1e3", "NA", "None", "TRUE", "null"])
def test_wells_and_perturbations_that_look_like_something_else_stay_text(tmp_path, well):
    (tmp_path / "wells.tsv").write_text(f"plate\twell\tperturbation\n{well}\t{well}\t{well}\n")
    wells = read_wells(tmp_path / "wells.tsv")
    assert wells.iloc[0].to_dict() == {
        "plate": well,
        "well": well,
        "path": well,
        "layout": None,
        "perturbation": well,
    }


@pytest.mark.parametrize("well", ["=x", "a/b", "{x}", "a b", "β1", "../x", ".a"])
def test_a_well_whose_name_cannot_be_a_file_is_refused(tmp_path, well):
    (tmp_path / "wells.tsv").write_text(f"plate\twell\np\tA01\np\t{well}\n", encoding="utf-8")
    with pytest.raises(
        ConfigError, match=r"row 3, column 'well': .* cannot be a well.*Use letters"
    ):
        read_wells(tmp_path / "wells.tsv")


@pytest.mark.parametrize("name", [1, True, None, {"x": None}])
def test_a_name_that_yaml_takes_for_something_else_wants_quotes(name):
    with pytest.raises(ConfigError, match="Put a name into quotes"):
        check_study({"study": "s", "simulate": {}, "shards": {"inputs": [name]}})
