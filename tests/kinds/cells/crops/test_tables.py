import numpy as np
import pandas as pd
import pytest

from nascent.errors import RawDataError
from nascent.kinds.cells.crops.tables import (
    background_per_channel,
    join_tables,
    read_cell_cycle,
    read_wells,
)

METADATA = pd.DataFrame(
    {
        "mapobject_id": [1, 2, 3],
        "mapobject_id_cell": [11, 12, 13],
        "plate_name_cell": "plate01",
        "well_name_cell": ["A01", "A01", "A02"],
    }
)
WELLS = pd.DataFrame(
    {
        "plate_name": "plate01",
        "well_name": ["A01", "A02"],
        "cell_type": "184A1",
        "perturbation": ["DMSO", None],
        "duration": [120.0, np.nan],
    }
)


def join(metadata=METADATA, *, cell_cycle=None, wells=None, perturbation=None):
    return join_tables(
        metadata, plate="p", well="w", cell_cycle=cell_cycle, wells=wells,
        perturbation=perturbation, where="metadata.csv",
    )  # fmt: skip


def test_the_cell_cycle_is_joined_to_the_cell_not_to_its_nucleus():
    cycle = pd.DataFrame({"mapobject_id": [13, 12, 2], "cell_cycle": ["G2", "S", "G1"]})
    phases = join(cell_cycle=cycle)["cell_cycle"]
    assert phases.tolist()[1:] == ["S", "G2"]
    assert pd.isna(phases[0])


def test_plates_that_number_their_cells_alike_keep_their_phases(tmp_path):
    rows = "01,11,G1\n1,11,S\n01,12,G2\n"
    (tmp_path / "cycle.csv").write_text(f"plate_name,mapobject_id,cell_cycle\n{rows}")
    cycle = read_cell_cycle(tmp_path / "cycle.csv")
    for plate, expected in (("01", ["G1", "G2", None]), ("1", ["S", None, None])):
        phases = join(METADATA.assign(plate_name_cell=plate), cell_cycle=cycle)["cell_cycle"]
        assert [None if pd.isna(phase) else phase for phase in phases] == expected
    with pytest.raises(RawDataError, match="plate_name 01, mapobject_id 11 is on lines 2 and 5"):
        (tmp_path / "cycle.csv").write_text(f"plate_name,mapobject_id,cell_cycle\n{rows}01,11,S\n")
        read_cell_cycle(tmp_path / "cycle.csv")


def test_a_cell_without_id_has_no_phase():
    for plates in ({}, {"plate_name": "p"}):
        cycle = pd.DataFrame({"mapobject_id": [11, 12], "cell_cycle": ["S", "G1"]} | plates)
        bare = pd.DataFrame({"mapobject_id": [1, 2], "mapobject_id_cell": [np.nan, 11.0]})
        phases = join(bare, cell_cycle=cycle)["cell_cycle"]
        assert pd.isna(phases[0])
        assert phases[1] == "S"


def test_wells_are_joined_by_the_names_of_the_cell():
    joined = join(wells=WELLS)
    assert joined["cell_type"].tolist() == ["184A1"] * 3
    assert joined["perturbation"].tolist()[:2] == ["DMSO", "DMSO"]
    assert joined["duration"].tolist()[:2] == [120.0, 120.0]
    assert joined[["perturbation", "duration"]].iloc[2].isna().all()
    assert joined["mapobject_id"].tolist() == [1, 2, 3]


def test_absent_tables_leave_missing_columns():
    joined = join()
    for column in ("perturbation", "cell_cycle", "cell_type", "duration"):
        assert joined[column].isna().all()


def test_the_list_of_wells_names_the_perturbation_where_the_tables_do_not():
    assert join(perturbation="TSA")["perturbation"].tolist() == ["TSA"] * 3
    one = METADATA[METADATA["well_name_cell"] == "A02"].reset_index(drop=True)
    assert join(one, wells=WELLS, perturbation="TSA")["perturbation"].tolist() == ["TSA"]


def test_two_perturbations_for_one_well_are_refused():
    with pytest.raises(RawDataError, match=r"'TSA', but the plate's tables say 'DMSO'"):
        join(wells=WELLS, perturbation="TSA")
    assert join(METADATA[:2], wells=WELLS, perturbation="DMSO")["perturbation"].eq("DMSO").all()


def test_without_names_in_the_metadata_the_list_of_wells_stands_in():
    wells = WELLS.assign(plate_name="p", well_name=["w", "v"])
    bare = METADATA[["mapobject_id"]]
    assert join(bare, wells=wells)["perturbation"].tolist() == ["DMSO"] * 3


def test_wells_named_like_numbers_are_names(tmp_path):
    (tmp_path / "w.csv").write_text("plate_name,well_name,perturbation\n1,007,DMSO\n1,7,TSA\n")
    wells = read_wells(tmp_path / "w.csv")
    for well, compound in (("007", "DMSO"), ("7", "TSA")):
        joined = join_tables(
            METADATA[["mapobject_id"]], plate="1", well=well, cell_cycle=None, wells=wells,
            perturbation=None, where="metadata.csv",
        )  # fmt: skip
        assert joined["perturbation"].tolist() == [compound] * 3


def test_what_the_metadata_say_themselves_is_kept():
    own = METADATA.assign(duration=[120, 120, 30], cell_cycle=["G1", None, "S"])
    joined = join(own, wells=WELLS)
    assert joined["duration"].tolist() == [120, 120, 30]
    assert joined["cell_cycle"].tolist()[::2] == ["G1", "S"]


@pytest.mark.parametrize(
    ("read", "text", "said"),
    [
        (
            read_cell_cycle,
            "mapobject_id,cell_cycle\n5,G1\n6,S\n5,S\n",
            "mapobject_id 5 is on lines 2 and 4",
        ),
        (
            read_wells,
            "plate_name,well_name\np,A01\np,A02\nq,A01\np,A02\n",
            "plate_name p, well_name A02 is on lines 3 and 5",
        ),
        (read_wells, "plate_name,wellname\np,A01\n", "no column 'well_name'"),
    ],
)
def test_a_wrong_plate_table_is_named(tmp_path, read, text, said):
    (tmp_path / "table.csv").write_text(text)
    with pytest.raises(RawDataError, match=f"table.csv: .*{said}"):
        read(tmp_path / "table.csv")


HEADER = "channel,cycle,measurement_type,cell_line,mean_background\n"


def test_background_is_of_the_cell_line_outside_cells(tmp_path):
    (tmp_path / "b.csv").write_text(
        HEADER + "00_DAPI,0,non-cell,HeLa,107.7\n00_DAPI,0,cell,HeLa,300\n"
        "00_DAPI,0,non-cell,184A1,99\n07_H2B,7,non-cell,184A1,98\n"
    )
    found = background_per_channel(tmp_path / "b.csv", ["07_H2B", "00_DAPI", "00_EU"], "HeLa")
    assert found.index.tolist() == ["07_H2B", "00_DAPI", "00_EU"]
    assert found["00_DAPI"] == 107.7
    assert found[["07_H2B", "00_EU"]].isna().all()


def test_two_backgrounds_of_one_channel_are_named(tmp_path):
    rows = "a,0,non-cell,HeLa,1\nb,0,non-cell,HeLa,1\na,1,non-cell,HeLa,2\n"
    (tmp_path / "b.csv").write_text(HEADER + rows)
    with pytest.raises(RawDataError, match="channel a is on lines 2 and 4"):
        background_per_channel(tmp_path / "b.csv", ["a"], "HeLa")


def test_a_background_that_is_no_number_is_named(tmp_path):
    (tmp_path / "b.csv").write_text(HEADER + "a,0,cell,HeLa,1\nb,0,non-cell,HeLa,none?\n")
    with pytest.raises(
        RawDataError, match="line 3, column 'mean_background': 'none\\?' is no number"
    ):
        background_per_channel(tmp_path / "b.csv", ["a", "b"], "HeLa")
