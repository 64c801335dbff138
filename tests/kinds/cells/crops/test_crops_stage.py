import json
import logging
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from nascent.errors import ConfigError, OutputError, RawDataError
from nascent.files import read_table
from nascent.kinds.cells.crops.gather import gather_wells
from nascent.store import open_store


def quality_of(store):
    return read_table(store.with_suffix(".quality.tsv"))


def removed_by(store):
    table = quality_of(store)
    return dict(zip(table["step"], table["removed"], strict=True))


def test_the_cell_table_says_what_was_measured(tmp_path, pixels, write, crop):
    pixels.metadata["area"] = [7] * 5
    with open_store(crop(write(tmp_path / "w", pixels), perturbation="DMSO")) as store:
        cells = store.examples
        assert store.channels == ["00_DAPI", "07_H2B", "00_EU"]
        assert store.size == 32
        assert store.dtype == np.uint16
    assert cells.index.name == "id"
    assert cells.index.tolist() == [71, 74, 77, 80, 83]
    assert cells["mapobject_id"].tolist() == [101, 104, 107, 110, 113]
    assert cells.columns[:8].tolist() == [
        "group", "mapobject_id", "plate", "well", "perturbation", "cell_cycle", "cell_type",
        "duration",
    ]  # fmt: skip
    assert set(cells["perturbation"]) == {"DMSO"}
    assert cells["cell_cycle"].isna().all()
    assert cells["area_metadata"].tolist() == [7] * 5
    for row in cells.itertuples():
        own = pixels.ids == row.mapobject_id
        assert row.area == own.sum()
        assert (row.x_min, row.x_max) == (pixels.x[own].min(), pixels.x[own].max())
        assert (row.y_min, row.y_max) == (pixels.y[own].min(), pixels.y[own].max())
        assert row.target == pytest.approx(pixels.counts[own, 2].mean(), rel=1e-12)
    np.testing.assert_array_equal(cells["target"], cells["mean_00_EU"])
    assert not cells["oversize"].any()


def test_the_store_says_how_the_target_was_made(tmp_path, pixels, write, crop):
    (tmp_path / "background.csv").write_text(
        "channel,measurement_type,cell_line,mean_background\n"
        "00_EU,non-cell,184A1,120.5\n00_DAPI,non-cell,184A1,107.7\n"
    )
    options = {"background": tmp_path / "background.csv", "background_cell_line": "184A1"}
    path = crop(write(tmp_path / "w", pixels), target_background="subtract", **options)
    with open_store(path) as store:
        assert store.attributes["target"] == "00_EU"
        assert store.attributes["target_background"] == "subtract"
        said = json.loads(store.attributes["background"])
        assert said == {"00_DAPI": 107.7, "07_H2B": None, "00_EU": 120.5}
        for row in store.examples.itertuples():
            eu = pixels.counts[pixels.ids == row.mapobject_id, 2]
            expected = np.clip(eu - 120.5, 0, None).mean()
            assert row.target == pytest.approx(expected, rel=1e-12)
    with pytest.raises(RawDataError, match="no background of the target channel '07_H2B'"):
        crop(tmp_path / "w", target_background="subtract", target="07_H2B", **options)


def test_layouts_give_the_same_store_byte_for_byte(tmp_path, pixels, write, crop):
    stores = [
        crop(write(tmp_path / layout, pixels, layout)).read_bytes()
        for layout in ("text", "numpy", "campa")
    ]
    assert stores[0] == stores[1] == stores[2]


def test_the_byte_order_of_arrays_does_not_matter(tmp_path, pixels, write, crop):
    native = crop(write(tmp_path / "native", pixels)).read_bytes()
    pixels.counts = pixels.counts.astype(">u2")
    assert crop(write(tmp_path / "swapped", pixels)).read_bytes() == native


def test_raw_columns_named_like_our_own_are_told_apart(tmp_path, pixels, write, crop):
    names = ("id", "nucleus", "plate", "target", "oversize", "group")
    pixels.metadata |= {name: list("abcde") for name in names}
    with open_store(crop(write(tmp_path / "w", pixels))) as store:
        assert store.examples.index.tolist() == [71, 74, 77, 80, 83]
        for name in names:
            assert store.examples[f"{name}_metadata"].tolist() == list("abcde")
        assert store.examples["group"].unique().tolist() == ["plate01/A01"]


def test_real_wells_give_the_same_store_from_text_and_arrays(real_data, crop):
    for well, nuclei in (("A01", 629), ("A02", 727)):
        stores = {}
        for form in ("text", "npy"):
            path = crop(
                real_data / "mpm_codex" / form / well,
                plate="codex", well=well, target="CH_20", size=64, oversize="crop",
            )  # fmt: skip
            stores[form] = path.read_bytes()
        assert stores["text"] == stores["npy"]
        with open_store(path) as store:
            assert len(store) == nuclei


def test_real_crops_hold_every_measured_pixel(real_data, crop):
    folder = real_data / "mpm_codex" / "npy" / "A01"
    path = crop(folder, plate="codex", well="A01", target="CH_20", size=96)
    ids, counts = np.load(folder / "mapobject_ids.npy"), np.load(folder / "mpp.npy")
    with open_store(path) as store:
        assert store.examples["area"].sum() == len(ids)
        for k in range(0, len(store), 37):
            image, mask = store[k]
            own = counts[ids == store.examples["mapobject_id"].iloc[k]]
            np.testing.assert_array_equal(
                image.reshape(-1, 8).sum(axis=0, dtype=int), own.sum(axis=0, dtype=int)
            )
            assert mask.sum() == len(own)


def test_rules_are_counted_alone_and_in_turn(tmp_path, pixels, write, crop):
    pixels.metadata |= {"is_border": [1, 1, 0, 0, 0], "flag": [0, 1, 1, 0, 0]}
    rules = [{"column": "is_border", "value": 1}, {"column": "flag", "value": 1}]
    (tmp_path / "out.txt").write_text("83\n")
    path = crop(write(tmp_path / "w", pixels), rules=rules, exclude=tmp_path / "out.txt")
    with open_store(path) as store:
        assert store.examples["mapobject_id"].tolist() == [110]
    table = quality_of(path).set_index("reason")
    assert table.loc["is_border = 1", ["removed_alone", "removed"]].tolist() == [2, 2]
    assert table.loc["flag = 1", ["removed_alone", "removed"]].tolist() == [2, 1]
    assert table.loc["listed in crops.exclude", "removed"] == 1
    assert table.loc["any of these", ["cells_in", "removed", "cells_out"]].tolist() == [5, 4, 1]


def test_missing_cell_cycle_can_be_a_reason(tmp_path, pixels, write, crop):
    (tmp_path / "cycle.csv").write_text("mapobject_id,cell_cycle\n71,G1\n80,S\n")
    path = crop(
        write(tmp_path / "w", pixels),
        cell_cycle=tmp_path / "cycle.csv",
        rules=[{"column": "cell_cycle", "value": None}],
    )
    with open_store(path) as store:
        assert store.examples["cell_cycle"].tolist() == ["G1", "S"]
    assert quality_of(path)["removed"].iloc[-1] == 3


def test_a_table_that_knows_none_of_the_nuclei_is_said(tmp_path, pixels, write, crop, caplog):
    (tmp_path / "cycle.csv").write_text("mapobject_id,cell_cycle\n1,G1\n")
    crop(write(tmp_path / "w", pixels), cell_cycle=tmp_path / "cycle.csv")
    assert "none of its nuclei has a cell_cycle" in caplog.text


def test_nuclei_in_only_one_of_pixels_and_metadata_are_counted(tmp_path, pixels, write, crop):
    pixels.metadata["mapobject_id"][1:3] = [900, 901]
    path = crop(write(tmp_path / "w", pixels))
    with open_store(path) as store:
        assert store.examples["mapobject_id"].tolist() == [101, 110, 113]
    counted = removed_by(path)
    assert counted["pixels_without_metadata"] == 2
    assert counted["metadata_without_pixels"] == 2
    assert quality_of(path)["cells_in"].iloc[0] == 7


def test_metadata_of_another_well_are_refused(tmp_path, pixels, write, crop):
    pixels.metadata["mapobject_id"] = [1, 2, 3, 4, 5]
    with pytest.raises(RawDataError, match="none of the 5 nuclei in the pixels is in the metadata"):
        crop(write(tmp_path / "w", pixels))
    assert not list(tmp_path.glob("out/*"))


def test_a_cell_with_two_nuclei_names_both(tmp_path, pixels, write, crop):
    pixels.metadata["mapobject_id_cell"][3] = 74
    folder = write(tmp_path / "w", pixels)
    said = r"cell id 74 comes twice: line 3 \(nucleus 104\) and line 5 \(nucleus 110\)"
    with pytest.raises(RawDataError, match=said):
        crop(folder)
    for winner, nucleus in (("first", 104), ("last", 110)):
        path = crop(folder, duplicates=winner)
        with open_store(path) as store:
            assert store.examples["mapobject_id"][74] == nucleus
            assert len(store) == 4
        assert removed_by(path)["duplicates"] == 1
    # A rule may settle it first.
    pixels.metadata["flag"] = [0, 0, 0, 1, 0]
    path = crop(write(tmp_path / "w", pixels), rules=[{"column": "flag", "value": 1}])
    with open_store(path) as store:
        assert store.examples["mapobject_id"][74] == 104


def test_a_nucleus_listed_twice_is_refused(tmp_path, pixels, write, crop):
    pixels.metadata["mapobject_id"][3] = 104
    with pytest.raises(RawDataError, match=r"104 comes twice: line 3 .* and line 5"):
        crop(write(tmp_path / "w", pixels))


@pytest.mark.parametrize(("choice", "kept"), [("drop", 3), ("shrink", 5), ("crop", 5)])
def test_nuclei_larger_than_the_crop_are_counted(tmp_path, pixels, write, crop, choice, kept):
    path = crop(write(tmp_path / "w", pixels), size=28, oversize=choice)
    with open_store(path) as store:
        assert len(store) == kept
        for k, (_, row) in enumerate(store.examples.iterrows()):
            _, mask = store[k]
            assert row["oversize"] == (row["mapobject_id"] in (101, 104))
            assert row["area"] == (pixels.ids == row["mapobject_id"]).sum()
            if not row["oversize"]:
                assert mask.sum() == row["area"]
            elif choice == "shrink":
                assert 0.6 * row["area"] < mask.sum() < row["area"]
    table = quality_of(path).set_index("step")
    assert table.loc["oversize", "found"] == 2
    assert table.loc["oversize", "removed"] == 5 - kept


def test_an_empty_well_is_kept_and_said(tmp_path, make, write, crop, caplog):
    caplog.set_level(logging.INFO, "nascent")
    for layout in ("text", "numpy"):
        path = crop(write(tmp_path / layout, make({}), layout))
        with open_store(path) as store:
            assert len(store) == 0
            assert store.channels == ["00_DAPI", "07_H2B", "00_EU"]
            assert "target" in store.examples
        assert quality_of(path)["cells_out"].iloc[-1] == 0
        assert "the well is empty" in caplog.text
        caplog.clear()


def test_pixels_may_be_absent_where_metadata_are_not(tmp_path, pixels, make, write, crop):
    empty = make({})
    empty.metadata = pixels.metadata
    path = crop(write(tmp_path / "w", empty))
    with open_store(path) as store:
        assert len(store) == 0
    assert removed_by(path)["metadata_without_pixels"] == 5


def test_a_target_that_is_not_there_names_the_nearest(tmp_path, pixels, write, crop):
    with pytest.raises(RawDataError, match=r"no channel '00_UE'. Did you mean '00_EU'"):
        crop(write(tmp_path / "w", pixels), target="00_UE")


def test_an_unknown_choice_is_refused(tmp_path, pixels, write, crop):
    with pytest.raises(ConfigError, match=r"crops.oversize: 'shrunk'.* Did you mean 'shrink'"):
        crop(write(tmp_path / "w", pixels), oversize="shrunk")


def test_a_full_disk_leaves_nothing_half_written(tmp_path, make, write, crop, file_size_limit):
    folder = write(tmp_path / "w", make(dict.fromkeys(range(100, 140), (30, 30))))
    with file_size_limit(20_000), pytest.raises(OutputError, match=r"plate01_A01.h5"):
        crop(folder)
    assert not list(tmp_path.glob("out/*.h5"))
    assert not list(tmp_path.glob("out/.*"))


def test_an_error_in_the_middle_leaves_nothing_half_written(tmp_path, pixels, write, crop):
    own = np.flatnonzero(pixels.ids == 113)
    pixels.x[own[5]], pixels.y[own[5]] = pixels.x[own[2]], pixels.y[own[2]]
    with pytest.raises(RawDataError, match="two pixels at"):
        crop(write(tmp_path / "w", pixels))
    assert not [path for path in tmp_path.glob("out/*") if path.is_file()]


def wells_of(crop, write, tmp_path, **wells):
    return [crop(write(tmp_path / well, pixels), well=well) for well, pixels in wells.items()]


def gathered(stores, **options):
    return gather_wells(stores, [s.with_suffix(".quality.tsv") for s in stores], **options)


def test_wells_are_joined_in_their_order(tmp_path, make, write, crop):
    a, b = make({1: (9, 9), 2: (8, 8)}), make({5: (7, 7)})
    tables = gathered(wells_of(crop, write, tmp_path, A01=a, A02=b, A03=make({})))
    assert tables.cells.index.tolist() == [-29, -28, -25]
    assert tables.cells["well"].tolist() == ["A01", "A01", "A02"]
    total = tables.quality[tables.quality["step"] == "all"]
    assert total["well"].tolist() == ["A01", "A02", "A03"]
    assert total["cells_out"].tolist() == [2, 1, 0]


def test_a_cell_in_two_wells_names_both_unless_one_wins(tmp_path, make, write, crop):
    stores = wells_of(
        crop, write, tmp_path, A01=make({1: (9, 9), 2: (8, 8)}), A02=make({2: (7, 7), 3: (6, 6)})
    )
    with pytest.raises(RawDataError, match="-28 comes twice: plate01 A01 and plate01 A02"):
        gathered(stores)
    for winner, well, lost in (("first", "A01", [0, 1]), ("last", "A02", [1, 0])):
        tables = gathered(stores, duplicates=winner)
        assert tables.cells["well"][-28] == well
        assert len(tables.cells) == 3
        step = tables.quality[tables.quality["step"] == "duplicates_across_wells"]
        assert step["removed"].tolist() == lost


def test_plates_that_number_their_cells_alike_are_told_apart(tmp_path, make, write, crop):
    folder = write(tmp_path / "w", make({1: (9, 9)}))
    stores = [crop(folder, plate=plate, id_scope="plate") for plate in ("p1", "p2")]
    assert gathered(stores).cells.index.tolist() == ["p1/-29", "p2/-29"]


def test_wells_that_differ_in_channels_are_named(tmp_path, make, write, crop):
    a = make({1: (9, 9)})
    b = make({5: (7, 7)}, channels=("00_DAPI", "15_SON", "00_EU"))
    stores = wells_of(crop, write, tmp_path, A01=a, A02=b)
    said = "plate01_A02 differ from those of plate01_A01: 07_H2B missing and 15_SON more"
    with pytest.raises(RawDataError, match=said):
        gathered(stores)


def test_wells_that_differ_in_type_are_told_the_mend(tmp_path, make, write, crop):
    a, b = make({1: (9, 9)}), make({5: (7, 7)})
    b.counts = b.counts.astype(np.int32)
    stores = wells_of(crop, write, tmp_path, A01=a, A02=b)
    with pytest.raises(RawDataError, match=r"A01 uint16, .*A02 int32. Set `crops.dtype`"):
        gathered(stores)
    stores[1] = crop(tmp_path / "A02", well="A02", dtype="uint16")
    assert len(gathered(stores).cells) == 2


def test_no_cell_left_is_an_error_that_names_the_cause(tmp_path, pixels, write, crop):
    rules = [{"column": "is_border", "value": 0}]
    store = crop(write(tmp_path / "w", pixels), rules=rules)
    with pytest.raises(RawDataError, match=r"no cell is left .*is_border = 0 \(5\)"):
        gathered([store])


def test_a_job_of_one_well_starts_light():
    code = (
        "import sys, nascent.kinds.cells.crops.stage;"
        "print([m for m in ('tensorflow', 'keras', 'polars', 'scipy', 'sklearn', 'matplotlib')"
        " if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_wider_integers_are_stored_by_what_they_hold(tmp_path, pixels, write, crop):
    for high, kind in ((0, np.uint16), (1 << 17, np.int32)):
        pixels.counts = pixels.counts.astype(np.int64)
        pixels.counts[0] += high
        with open_store(crop(write(tmp_path / f"w{high}", pixels))) as store:
            assert store.dtype == kind
            assert isinstance(store.examples, pd.DataFrame)
