"""Channel scores of each cell: the sums, and their way into AnnData and Parquet."""

import json
import shutil
import subprocess

import h5py
import numpy as np
import pandas as pd
import polars as pl
import pytest

from nascent.attribute.map_writer import write_maps
from nascent.attribute.maps import MapSource
from nascent.attribute.results import Attributions
from nascent.errors import AttributionError, OutputError, StoreError
from nascent.explain.exports.h5ad import read_h5ad, write_h5ad
from nascent.explain.exports.scores import STATISTICS, channel_scores
from nascent.explain.exports.scores_table import SCORES, write_scores_table
from nascent.files import read_table, write_table

# Two measured pixels a cell; scores of channels a and b on each, in cells 0, 1 and 2.
SCORED = {
    0: [[1.0, -2.0], [3.0, 1.0]],
    1: [[-1.0, 0.5], [0.0, 0.5]],
    2: [[0.0, 0.0], [0.0, 0.0]],
}
EXPECTED = {
    "absolute": [[4, 3], [1, 1], [0, 0]],
    "signed": [[4, -1], [-1, 1], [0, 0]],
    "squared": [[10, 5], [1, 0.5], [0, 0]],
    "net": [[4, 1], [1, 1], [0, 0]],
    # Two pixels beside each other share out their sums, and none here changes its sign.
    "smoothed": [[4, 1], [1, 1], [0, 0]],
    "share": [[4 / 7, 3 / 7], [0.5, 0.5], [np.nan, np.nan]],
}
SHAPES = {"entry": (2, 2, 2), "place": (2, 2, 1), "feature": (1, 1, 2)}


def write_cells(path, ids, *, names=None, axes="entry", method="integrated_gradients", model="m"):
    masks = np.zeros((len(ids), 2, 2), bool)
    masks[:, 0] = True
    maps = np.full((len(ids), *SHAPES[axes]), 99.0, np.float32)  # 99: not measured
    for row, cell in enumerate(ids):
        scored = np.array(SCORED[cell])
        if axes == "entry":
            maps[row, 0] = scored
        elif axes == "place":
            maps[row, 0] = scored[:, :1]
        else:
            maps[row, 0, 0] = scored[0]
    n = np.asarray(ids, float)
    made = Attributions(maps, n + 10, np.full(len(ids), 10.0), n / 4, np.full(len(ids), 70), n < 2)
    source = MapSource(("a", "b"), method, {"steps": 70}, 1, model, "s", axes)
    write_maps(path, made, ids=names or list(ids), masks=masks, source=source)
    return path


@pytest.fixture(params=[False, True], ids=["numbers", "text"])
def study(request, tmp_path):
    """Folder of tables and maps; ids are 0, 1, 2 or p/0, p/1, p/2."""
    ids = [f"p/{i}" if request.param else i for i in range(3)]
    write_table(
        pd.DataFrame(
            {
                "id": ids[::-1],
                "group": ["A02", "A01", "A01"],
                "cell_cycle": [None, "G1", "S"],
                "is_border": [True, False, False],
                "x_min": [10, 20, 30],
                "x_max": [12, 24, 36],
                "y_min": [1, 2, 3],
                "y_max": [2, 4, 6],
                "target": [15.0, 12.0, 9.0],
                "other": [1.0, 2.0, 3.0],
            }
        ),
        tmp_path / "cells.tsv",
    )
    write_table(
        pd.DataFrame({"id": ids, "split": "test", "stratum": ["low", "low", "high"], "a": 0.1}),
        tmp_path / "explained.tsv",
    )
    maps = [
        write_cells(tmp_path / "test-00000.h5", [0, 1], names=ids[:2]),
        write_cells(tmp_path / "test-00001.h5", [2], names=ids[2:]),
    ]
    return tmp_path, maps, ids


def scores_of(study, maps=None, **changes):
    folder, made, _ = study
    names = {"model": "cnn", "seed": 2, "method": "ig"} | changes
    return channel_scores(
        made if maps is None else maps, folder / "cells.tsv", folder / "explained.tsv", **names
    )


def test_the_sums_are_those_of_the_measured_pixels(study):
    scores = scores_of(study)
    assert scores.channels == ("a", "b")
    assert tuple(scores.values) == STATISTICS
    for name, expected in EXPECTED.items():
        np.testing.assert_allclose(scores.values[name], expected, rtol=1e-7)
    assert scores.cells.index.tolist() == study[2]
    np.testing.assert_allclose(scores.cells["total"], [7, 2, 0])


def test_a_cell_bears_what_its_tables_and_its_maps_say(study):
    cells = scores_of(study).cells
    assert list(cells.columns[:5]) == ["split", "stratum", "target", "prediction", "residual"]
    assert cells["stratum"].tolist() == ["low", "low", "high"]
    assert cells["target"].tolist() == [9, 12, 15]
    assert cells["prediction"].tolist() == [10, 11, 12]
    assert cells["residual"].tolist() == [-1, 1, 3]
    assert cells["steps"].tolist() == [70] * 3
    assert cells["converged"].tolist() == [True, True, False]
    # |gap| over |change|: 0/0, 0.25/1, 0.5/2.
    np.testing.assert_allclose(cells["relative_gap"], [np.nan, 0.25, 0.25])
    assert cells["group"].tolist() == ["A01", "A01", "A02"]


def test_the_residual_is_that_of_the_column_that_is_explained(study):
    scores = scores_of(study, target="other", method="ig.other")
    assert scores.cells["residual"].tolist() == [-7, -9, -11]
    assert scores.cells["target"].tolist() == [9, 12, 15]


@pytest.mark.parametrize(
    ("axes", "channels", "absolute"),
    [("place", ("all",), [[4], [1], [0]]), ("feature", ("a", "b"), [[1, 2], [1, 0.5], [0, 0]])],
)
def test_maps_without_pixels_or_without_channels_have_scores_too(study, axes, channels, absolute):
    folder, _, ids = study
    maps = [write_cells(folder / "o.h5", [0, 1, 2], names=ids, axes=axes)]
    scores = scores_of(study, maps)
    assert scores.channels == channels
    np.testing.assert_allclose(scores.values["absolute"], absolute)


def test_checks_of_single_cells_are_joined_and_others_left_out(study):
    folder, _, ids = study
    once = pd.DataFrame({"model": "cnn", "id": ids[:2], "lift": [1.5, 2.5]})
    often = pd.DataFrame({"id": ids + ids, "fraction": 0.5})
    none = pd.DataFrame({"fraction": [0.5]})
    kinds = pd.DataFrame(
        {
            "id": ids[:2] * 2,
            "group": "A",
            "weights": ["own"] * 2 + ["drawn"] * 2,
            "rank": [1, 2, 3, 4],
        }
    )
    nulls = kinds.assign(map=["trained"] * 2 + ["edge"] * 2).drop(columns="weights")
    empty = once.iloc[:0]
    checks = {"attention": once, "removal": often, "curve": none, "kinds": kinds, "none": empty}
    checks["truth"] = nulls
    paths = {name: folder / f"{name}.tsv" for name in checks}
    for name, table in checks.items():
        write_table(table, paths[name])
    scores = scores_of(study, checks=paths)
    np.testing.assert_allclose(scores.cells["attention_lift"], [1.5, 2.5, np.nan])
    np.testing.assert_allclose(scores.cells["kinds_own_rank"], [1, 2, np.nan])
    np.testing.assert_allclose(scores.cells["kinds_drawn_rank"], [3, 4, np.nan])
    # Of maps that a check holds the model's own against, nothing is joined.
    np.testing.assert_allclose(scores.cells["truth_rank"], [1, 2, np.nan])
    joined = ["attention_lift", "kinds_drawn_rank", "kinds_own_rank", "truth_rank"]
    assert sorted(scores.facts["told"][-4:]) == joined
    assert not [name for name in scores.cells if name.startswith(("removal", "curve", "none"))]


def test_an_explanation_without_a_map_file_is_refused(study):
    with pytest.raises(AttributionError, match="no maps to read"):
        scores_of(study, [])


def test_maps_of_two_models_are_refused(study):
    folder, maps, _ = study
    other = write_cells(folder / "other.h5", [1], names=["x"], model="another")
    with pytest.raises(AttributionError, match="model_sha256"):
        scores_of(study, [maps[0], other])
    with pytest.raises(AttributionError, match="has maps in two files"):
        scores_of(study, [maps[0], maps[0]])


def test_a_cell_in_no_table_is_named(study):
    folder, _, ids = study
    cells = read_table(folder / "cells.tsv")
    write_table(cells[cells["id"] != ids[1]], folder / "cells.tsv")
    with pytest.raises(AttributionError, match=f"1 cells .* the first is {ids[1]}"):
        scores_of(study)


def test_an_anndata_file_reads_back_as_it_was(study):
    scores = scores_of(study)
    write_h5ad(scores, study[0] / "ig.h5ad", record={"stage": "explain"})
    read = read_h5ad(study[0] / "ig.h5ad")
    assert (read.channels, read.facts) == (scores.channels, scores.facts)
    for name in STATISTICS:
        np.testing.assert_array_equal(read.values[name], scores.values[name])
    assert read.cells.index.tolist() == study[2]
    for name, column in scores.cells.items():
        again = read.cells[name]
        if pd.api.types.is_numeric_dtype(column.dtype):
            np.testing.assert_array_equal(again, column, err_msg=name)
        else:
            assert again.fillna("-").tolist() == column.fillna("-").tolist()


def test_an_anndata_file_is_laid_out_as_the_format_says(study):
    """The format's own rules: each node says what it is, each array has as many rows as cells."""
    write_h5ad(scores_of(study), study[0] / "ig.h5ad", record={"stage": "explain"})
    versions = {
        "anndata": "0.1.0",
        "dict": "0.1.0",
        "dataframe": "0.2.0",
        "array": "0.2.0",
        "string-array": "0.2.0",
        "categorical": "0.2.0",
        "string": "0.2.0",
    }
    with h5py.File(study[0] / "ig.h5ad") as file:
        nodes = {"/": file}
        file.visititems(lambda name, node: nodes.update({name: node}))
        for name, node in nodes.items():
            assert node.attrs["encoding-version"] == versions[node.attrs["encoding-type"]], name
        assert set(file) == {"X", "layers", "obs", "var", "uns", "obsm", "obsp", "varm", "varp"}
        for frame, rows in (("obs", 3), ("var", 2)):
            group = file[frame]
            columns = set(group.attrs["column-order"]) | {group.attrs["_index"]}
            assert set(group) == columns
            for node in group.values():
                values = node["codes"] if isinstance(node, h5py.Group) else node
                assert values.shape == (rows,)
        cycle = file["obs/cell_cycle"]
        assert (cycle["codes"][:].tolist(), cycle["categories"].asstr()[:].tolist()) == (
            [1, 0, -1],
            ["G1", "S"],
        )
        # The middle of each bounding box, x before y.
        np.testing.assert_allclose(file["obsm/spatial"], [[33, 4.5], [22, 3], [11, 1.5]])
        assert json.loads(file["uns/nascent/provenance"].asstr()[()]) == {"stage": "explain"}


def test_equal_scores_are_equal_files(study):
    for name in ("one", "two"):
        write_h5ad(scores_of(study), study[0] / f"{name}.h5ad")
    first, second = ((study[0] / f"{name}.h5ad").read_bytes() for name in ("one", "two"))
    assert first == second


def test_another_file_is_refused(tmp_path):
    with h5py.File(tmp_path / "other.h5ad", "w") as file:
        file.create_group("obs")
    with pytest.raises(StoreError, match="no channel scores"):
        read_h5ad(tmp_path / "other.h5ad")


@pytest.fixture
def tables(study):
    """Two explanations of the study as AnnData files."""
    folder, _, ids = study
    space = [write_cells(folder / "space.h5", [0, 1, 2], names=ids, axes="place", method="cam")]
    write_h5ad(scores_of(study), folder / "ig.h5ad")
    write_h5ad(scores_of(study, space, method="cam", seed=1), folder / "cam.h5ad")
    return folder, [folder / "ig.h5ad", folder / "cam.h5ad"], ids


def test_the_tidy_table_has_a_row_for_every_number(tables):
    folder, paths, ids = tables
    write_scores_table(paths, folder / "scores.parquet", record={"stage": "explain"})
    table = pl.read_parquet(folder / "scores.parquet")
    assert tuple(table.columns) == SCORES
    assert len(table) == 3 * 2 * len(STATISTICS) + 3 * 1 * len(STATISTICS)
    for row, cell in enumerate(ids):
        for column, channel in enumerate("ab"):
            for statistic, expected in EXPECTED.items():
                found = table.filter(
                    model="cnn",
                    seed=2,
                    method="ig",
                    split="test",
                    id=cell,
                    channel=channel,
                    statistic=statistic,
                )
                np.testing.assert_allclose(found["value"], [expected[row][column]], rtol=1e-7)
    cam = table.filter(method="cam", seed=1)
    assert cam["channel"].unique().to_list() == ["all"]
    np.testing.assert_allclose(cam.filter(statistic="signed")["value"], [4, -1, 0])
    metadata = pl.read_parquet_metadata(folder / "scores.parquet")
    assert json.loads(metadata["nascent"]) == {"stage": "explain"}


def test_equal_scores_are_equal_tables_and_nothing_else_stays(tables):
    folder, paths, _ = tables
    before = set(folder.iterdir())
    for name in ("one", "two"):
        write_scores_table(paths, folder / f"{name}.parquet")
    assert (folder / "one.parquet").read_bytes() == (folder / "two.parquet").read_bytes()
    assert set(folder.iterdir()) - before == {folder / "one.parquet", folder / "two.parquet"}


def test_a_study_that_explains_nothing_has_an_empty_table(tables):
    folder, paths, _ = tables
    write_scores_table([], folder / "none.parquet")
    write_scores_table(paths, folder / "some.parquet")
    none, some = (pl.read_parquet(folder / f"{name}.parquet") for name in ("none", "some"))
    assert (len(none), none.columns) == (0, some.columns)


def test_a_table_that_cannot_be_written_leaves_nothing(tables, file_size_limit):
    folder, paths, _ = tables
    before = set(folder.iterdir())
    with file_size_limit(1000), pytest.raises(OutputError):
        write_scores_table(paths * 20, folder / "scores.parquet")
    assert set(folder.iterdir()) == before


@pytest.mark.nightly
def test_the_library_anndata_reads_the_file(study, root, tmp_path):
    """Reading, writing again and slicing as scanpy's users do, in an environment of its own."""
    uv = shutil.which("uv") or shutil.which(root / ".uv" / "bin" / "uv")
    if uv is None:
        pytest.skip("there is no uv to make the environment of anndata")
    script = root / "tests" / "explain" / "read_anndata.py"
    made = subprocess.run([uv, "sync", "--locked", "--script", script], capture_output=True)
    if made.returncode:
        pytest.skip(f"anndata cannot be installed here: {made.stderr.decode()[-300:]}")
    scores = scores_of(study)
    write_h5ad(scores, tmp_path / "ig.h5ad", record={"stage": "explain"})
    command = [uv, "run", "--locked", "--script", script]
    found = subprocess.run(
        [*command, tmp_path / "ig.h5ad", tmp_path / "again.h5ad"], capture_output=True, check=True
    )
    told = json.loads(found.stdout)
    assert told["shape"] == [3, 2]
    for name in STATISTICS:
        values = told["X"] if name == "share" else told["layers"][name]
        np.testing.assert_allclose(values, EXPECTED[name], rtol=1e-7)
    assert told["cells"] == [str(cell) for cell in study[2]]
    assert told["channels"] == ["a", "b"]
    assert told["kinds"]["cell_cycle"] == "category"
    assert told["kinds"]["converged"] == told["kinds"]["is_border"] == "bool"
    assert told["kinds"]["target"] == "float64"
    assert list(told["obs"]["cell_cycle"].values()) == ["S", "G1", None]
    assert list(told["obs"]["residual"].values()) == [-1, 1, 3]
    assert told["spatial"] == [[33, 4.5], [22, 3], [11, 1.5]]
    assert (told["uns"]["model"], told["uns"]["seed"]) == ("cnn", "2")
    assert told["low"] == 2
