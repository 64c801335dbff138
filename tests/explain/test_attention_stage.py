"""The check `attention`, from map files to tables."""

import numpy as np
import pandas as pd
import pytest

from nascent.attribute.map_writer import write_maps
from nascent.attribute.maps import MapSource
from nascent.attribute.results import without_path
from nascent.errors import AttributionError
from nascent.explain.attention.maps import ATTENTION, CELLS
from nascent.explain.attention.stage import check_attention
from nascent.files import read_table, write_table

SIZE = 12
SHAPES = {"entry": (SIZE, SIZE, 2), "place": (SIZE, SIZE, 1), "feature": (1, 1, 2)}


def nuclei(count):
    rng = np.random.default_rng(1)
    masks = np.zeros((count, SIZE, SIZE), bool)
    for mask in masks:
        top, left = rng.integers(1, 5, 2)
        mask[top : SIZE - top, left : SIZE - left] = True
    return masks


def write(path, ids, maps, masks, axes="entry"):
    source = MapSource(("a", "b"), "gradient", {}, 0, "m", "s", axes)
    write_maps(
        path,
        without_path(maps.astype(np.float32), np.zeros(len(ids))),
        ids=ids,
        masks=masks,
        source=source,
    )
    return path


@pytest.fixture
def study(tmp_path):
    """Twenty-four cells in two files, and their splits."""
    ids, masks = np.arange(24), nuclei(24)
    table = pd.DataFrame({"id": ids, "group": np.repeat(["p/A", "p/B", "p/C"], [8, 8, 8])})
    write_table(table.assign(split=np.where(ids < 20, "test", "val")), tmp_path / "splits.tsv")

    def made(maps, axes="entry"):
        return [
            write(tmp_path / f"{axes}-{k}.h5", ids[part], maps[part], masks[part], axes)
            for k, part in enumerate((slice(0, 10), slice(10, 24)))
        ]

    return tmp_path, masks, made


def check(folder, paths, **changes):
    settings = {"rim": 1, "exchanges": 19, "confidence": 0.9, "seed": 4} | changes
    check_attention(
        paths,
        folder / "splits.tsv",
        out=folder / "attention.tsv",
        cells_out=folder / "attention.cells.tsv",
        **settings,
    )
    return read_table(folder / "attention.tsv"), read_table(folder / "attention.cells.tsv")


def test_maps_that_are_half_inside_are_said_to_be(study):
    folder, masks, made = study
    inside, outside = masks / masks.sum((1, 2), keepdims=True), ~masks
    maps = inside + outside / outside.sum((1, 2), keepdims=True)
    table, cells = check(folder, made(np.repeat(maps[..., None], 2, axis=3)))
    assert list(table.columns) == list(ATTENTION)
    assert list(cells.columns) == list(CELLS)
    own = table[table["region"] == "cell"].set_index("split")
    np.testing.assert_allclose(own["share"], 0.5, rtol=1e-3)
    assert own["cells"].to_dict() == {"test": 20, "val": 4}
    assert own["trivial"].tolist() == [0, 0]
    # All groups are among the test cells, one alone among those of validation.
    assert own["interval"].fillna("").to_dict() == {"test": "groups", "val": ""}
    of_cells = cells[(cells["region"] == "cell") & (cells["split"] == "test")]
    np.testing.assert_allclose(of_cells["chance"], masks[:20].mean((1, 2)))
    np.testing.assert_allclose(own.loc["test", "chance"], masks[:20].mean())
    assert set(of_cells["group"]) == {"p/A", "p/B", "p/C"}


def test_a_map_of_one_channel_is_a_map(study):
    folder, masks, made = study
    table, _ = check(folder, made(masks[..., None].astype(float), "place"))
    assert table["share"].tolist() == [1] * 4
    assert table["trivial"].tolist() == [1] * 4


def test_maps_without_pixels_have_no_rows(study):
    folder, _, made = study
    table, cells = check(folder, made(np.ones((24, 1, 1, 2)), "feature"))
    assert list(table.columns) == list(ATTENTION)
    assert table.empty
    assert cells.empty


def test_masks_are_exchanged_over_all_files_and_the_same_way_again(study):
    folder, masks, made = study
    paths = made(np.repeat(masks[..., None], 2, axis=3))
    check(folder, paths)
    first = (folder / "attention.cells.tsv").read_bytes()
    _, cells = check(folder, paths)
    assert (folder / "attention.cells.tsv").read_bytes() == first
    assert (cells["exchanges"] == 19).all()
    check(folder, paths, seed=5)
    assert (folder / "attention.cells.tsv").read_bytes() != first


def test_a_cell_without_a_split_is_named(study):
    folder, masks, made = study
    paths = made(masks[..., None].astype(float), "place")
    splits = read_table(folder / "splits.tsv")
    write_table(splits[splits["id"] != 11], folder / "splits.tsv")
    with pytest.raises(AttributionError, match="cell 11 has a map but no split"):
        check(folder, paths)
