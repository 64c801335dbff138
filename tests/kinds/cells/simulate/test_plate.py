import numpy as np
import pandas as pd
import polars as pl
import pytest

from nascent.errors import ConfigError
from nascent.kinds.cells.simulate.options import Simulation, WellPlace
from nascent.kinds.cells.simulate.plate import simulate_plate, simulate_well
from nascent.kinds.cells.simulate.tables import METADATA_COLUMNS
from nascent.kinds.cells.simulate.truth import read_truth

SMALL = {"nuclei": 12, "mean_area": 400, "seed": 3, "channels": ["00_DAPI", "15_SON", "00_EU"]}


def well(folder, layout="numpy", position=0, perturbation=None, **options):
    simulate_well(
        folder,
        WellPlace("p", "A01", position, perturbation),
        Simulation(**{"layout": layout} | SMALL | options),
        truth_path=folder / "truth.h5",
        cycle_path=folder / "cycle.csv",
    )


def sorted_table(folder, ids="mapobject_ids"):
    columns = [np.load(folder / f"{name}.npy") for name in (ids, "x", "y")]
    table = np.column_stack([*columns, np.load(folder / "mpp.npy")]).astype(np.int64)
    return table[np.lexsort(table.T[2::-1])]


def test_array_files_have_the_dtypes_of_real_wells(simulated):
    well = simulated()
    labels = np.load(well.folder / "labels.npy")
    dtypes = [array.dtype for array in (well.counts, well.ids, well.x, well.y, labels)]
    assert dtypes == [np.int32, np.uint32, np.uint16, np.uint16, np.uint16]
    assert {len(array) for array in (well.ids, well.x, well.y, labels)} == {len(well.counts)}
    assert well.counts.shape[1] == len(well.channels) == 38


def test_metadata_is_that_of_real_wells(simulated):
    well = simulated(nuclei=400, channels=("00_DAPI", "15_SON", "00_EU"))
    text = (well.folder / "metadata.csv").read_text()
    assert text.splitlines()[0] == "," + ",".join(METADATA_COLUMNS)
    assert len(METADATA_COLUMNS) == 24
    metadata = well.metadata
    assert set(metadata["mapobject_id"]) == set(well.ids)
    assert metadata["mapobject_id"].is_unique
    assert metadata["mapobject_id_cell"].is_unique
    apart = metadata["mapobject_id"] - metadata["mapobject_id_cell"]
    assert apart.between(1, 60).all()
    # Binomial: 400 cells, share 0.30, four standard errors.
    assert metadata["is_border_cell"].mean() == pytest.approx(0.30, abs=0.092)
    assert metadata["is_polynuclei_184A1"].sum() > 0


def test_border_and_polynucleated_cells_have_no_cell_cycle(simulated):
    well = simulated(nuclei=400, channels=("00_DAPI", "15_SON", "00_EU"))
    known = well.metadata["mapobject_id_cell"].isin(well.cycles["mapobject_id"])
    flagged = (well.metadata["is_border_cell"] == 1) | (well.metadata["is_polynuclei_184A1"] == 1)
    assert not (known & flagged).any()
    assert 0 < (~known & ~flagged).sum() < known.sum()
    assert set(well.cycles["cell_cycle"]) == {"G1", "S", "G2"}


def test_a_nucleus_does_not_come_in_one_piece(simulated):
    well = simulated(nuclei=120)
    runs = 1 + np.count_nonzero(np.diff(well.ids.astype(np.int64)))
    assert runs > 10 * len(well.metadata)


def test_no_pixel_belongs_to_two_nuclei_of_a_site(simulated):
    well = simulated(nuclei=400, channels=("00_DAPI", "15_SON", "00_EU"))
    site = well.metadata.set_index("mapobject_id")[["well_pos_y", "well_pos_x"]]
    at = site.loc[well.ids].to_numpy()
    pixels = pd.DataFrame({"row": at[:, 0], "column": at[:, 1], "x": well.x, "y": well.y})
    assert not pixels.duplicated().any()
    # Sites share their coordinates: the well as a whole has more pixels than places.
    assert site.drop_duplicates().shape[0] == 30
    assert well.x.max() < 2560
    assert well.y.max() < 2160


def test_the_three_layouts_hold_the_same_pixels(tmp_path):
    for layout in ("text", "numpy", "campa"):
        well(tmp_path / layout, layout)
    arrays = sorted_table(tmp_path / "numpy")
    assert np.array_equal(arrays, sorted_table(tmp_path / "campa", "obj_ids"))
    text = pl.read_csv(tmp_path / "text" / "pixels.tsv.gz", separator="\t")
    assert text.columns == ["mapobject_id", "x", "y", *SMALL["channels"]]
    table = text.to_numpy().astype(np.int64)
    assert np.array_equal(arrays, table[np.lexsort(table.T[2::-1])])


def test_writing_another_layout_leaves_no_pixels_of_the_first(tmp_path):
    well(tmp_path, "numpy")
    well(tmp_path, "text")
    assert not list(tmp_path.glob("*.npy"))


def test_equal_seeds_give_equal_files(tmp_path):
    for name in ("one", "two"):
        well(tmp_path / name, "text")
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_a_well_does_not_depend_on_the_others_or_on_the_number_of_jobs(tmp_path):
    wells = pd.DataFrame({"plate": "p", "well": ["A01", "A02"], "perturbation": "normal"})
    simulate_plate(tmp_path / "plate", wells, Simulation(layout="numpy", **SMALL), jobs=2)
    well(tmp_path / "alone", position=1)
    assert np.array_equal(
        sorted_table(tmp_path / "plate" / "A02"), sorted_table(tmp_path / "alone")
    )


def test_a_nucleus_does_not_depend_on_how_many_follow_it(tmp_path):
    well(tmp_path / "small", nuclei=3)
    well(tmp_path / "large", nuclei=9)
    small, large = (read_truth(tmp_path / name / "truth.h5") for name in ("small", "large"))
    assert np.array_equal(small.mapobject_id, large.mapobject_id[:3])
    assert np.array_equal(small.target_planted, large.target_planted[:3])


def test_plate_tables_join_to_the_wells(tmp_path):
    wells = pd.DataFrame({"plate": "p", "well": ["A01", "A02"], "perturbation": ["normal", "DMSO"]})
    simulate_plate(tmp_path, wells, Simulation(layout="campa", **SMALL))
    table = pd.read_csv(tmp_path / "wells_metadata.csv", index_col=0)
    assert list(table["perturbation"]) == ["normal", "DMSO"]
    assert table["duration"].isna().tolist() == [True, False]
    cycles = pd.read_csv(tmp_path / "cell_cycle_classification.csv")
    metadata = [pd.read_csv(tmp_path / name / "metadata.csv") for name in wells["well"]]
    cells = pd.concat(metadata)["mapobject_id_cell"]
    assert cells.is_unique
    assert set(cycles["mapobject_id"]) < set(cells)
    background = pd.read_csv(tmp_path / "secondary_only_relative_normalisation.csv")
    counted = background.query("measurement_type == 'non-cell' and cell_line == 'HeLa'")
    means = counted.set_index("channel")["mean_background"]
    assert means["00_DAPI"] == 107.7
    assert "00_EU" not in means


def test_an_empty_well_is_written_whole(tmp_path):
    for layout in ("text", "numpy"):
        well(tmp_path / layout, layout, nuclei=0)
    assert np.load(tmp_path / "numpy" / "mpp.npy").shape == (0, 3)
    assert pl.read_csv(tmp_path / "text" / "pixels.tsv.gz", separator="\t").height == 0
    assert pd.read_csv(tmp_path / "text" / "metadata.csv").empty


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"channels": ["09_SRM2", "00_EU"]}, "Did you mean '09_SRRM2'"),
        ({"channels": ["15_SON"]}, "Add 00_EU"),
        ({"channels": ["15_SON", "15_SON", "00_EU"]}, "named twice"),
        ({"channels": ["00_DAPI", "00_EU"]}, "no channel shows the rate"),
        ({"layout": "nump"}, "Did you mean 'numpy'"),
        ({"truth": "structur"}, "Did you mean 'structure'"),
        ({"noise": 1.5}, "from 0 to 1"),
        ({"perturbation": "triptolid"}, "Did you mean 'Triptolide'"),
        ({"nuclei": 60, "mean_area": 900_000}, "do not fit"),
        ({"nuclei": -1}, "simulate.nuclei: nuclei cannot be -1. Ask for 0 to"),
        ({"mean_area": 0}, "simulate.mean_area: .* At least 100"),
        ({"seed": -1}, "simulate.seed"),
        ({"well_effect": -0.5}, "simulate.well_effect"),
    ],
)
def test_impossible_wishes_are_refused_before_anything_is_written(tmp_path, options, said):
    with pytest.raises(ConfigError, match=said):
        well(tmp_path / "well", **options)
    assert not (tmp_path / "well").exists()
