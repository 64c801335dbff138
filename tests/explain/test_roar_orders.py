"""Orders of removal: the first by a model's maps, and as many at random."""

import numpy as np
import pandas as pd
import pytest

from nascent.attribute.map_writer import write_maps
from nascent.attribute.maps import MapSource
from nascent.attribute.results import without_path
from nascent.errors import AttributionError
from nascent.explain.randomisation.permuted_targets import permute_targets
from nascent.explain.roar.orders import Degradation, remove_at_random, remove_by_maps
from nascent.explain.roar.predictions import told_apart
from nascent.files import read_table, write_table
from nascent.kinds.cells.crops.crop_store import CropWriter
from nascent.provenance import file_digest
from nascent.shards.removal import how_many
from nascent.shards.removal_file import open_removals, zero_maps
from nascent.shards.write import list_shards
from nascent.store import open_store

SIZE, CHANNELS = 7, ("a", "b", "c")
SHARDS = {"train-00000": 5, "train-00001": 4, "val-00000": 3, "test-00000": 4}


@pytest.fixture
def study(tmp_path):
    """Shards, a file that stands for a model, and maps of all cells; the third map is zero."""
    rng = np.random.default_rng(3)
    (tmp_path / "model.keras").write_text("weights")
    known = {}
    for number, (name, cells) in enumerate(SHARDS.items()):
        masks = rng.random((cells, SIZE, SIZE)) < 0.6
        masks[:, 3, 3] = True
        images = (rng.integers(1, 99, (cells, SIZE, SIZE, 3)) * masks[..., None]).astype(np.uint16)
        ids = 100 * number + np.arange(cells)
        with CropWriter(
            tmp_path / f"{name}.h5", channels=CHANNELS, size=SIZE, dtype=np.uint16
        ) as writer:
            writer.append_crops(images, masks)
            table = {
                "id": ids,
                "plate": "p",
                "group": "A01",
                "split": name.split("-")[0],
                "target": rng.normal(300, 40, cells),
                "area": masks.sum((1, 2)),
            }
            writer.cells = pd.DataFrame(table)
        maps = rng.normal(size=(cells, SIZE, SIZE, 3)).astype(np.float32) * masks[..., None]
        maps[2] = 0
        write(tmp_path, name, maps, ids, masks)
        known |= dict(zip(ids.tolist(), zip(maps, masks, strict=True), strict=True))
    write_table(list_shards([tmp_path / f"{name}.h5" for name in SHARDS]), tmp_path / "shards.tsv")
    return tmp_path, known


def write(folder, name, maps, ids, masks, axes="entry"):
    source = MapSource(
        CHANNELS,
        "gradient",
        {},
        1,
        file_digest(folder / "model.keras"),
        file_digest(folder / f"{name}.h5"),
        axes=axes,
    )
    attributions = without_path(maps, np.zeros(len(maps)))
    write_maps(folder / f"maps.{name}.h5", attributions, ids=ids, masks=masks, source=source)


def by_maps(folder, rank="entries", fraction=0.3, out="by_maps.h5"):
    remove_by_maps(
        [folder / f"maps.{name}.h5" for name in SHARDS],
        folder / out,
        model_path=folder / "model.keras",
        order="grad",
        degradation=Degradation(rank, fraction, (1, 2)),
        record={},
    )
    return folder / out


def at_random(folder, rank="entries", fraction=0.3, seed=(1, 2), out="random.h5"):
    remove_at_random(
        folder / "shards.tsv",
        folder / out,
        channels=CHANNELS,
        degradation=Degradation(rank, fraction, seed),
        record={},
    )
    return folder / out


def removed_of(path, known):
    """Return cell id → (S, S, K) bool as the file says."""
    found = {}
    with open_removals(path) as removals:
        for example_id, (_, mask) in known.items():
            (row,) = removals.rows([example_id])
            flags = np.zeros((SIZE, SIZE, removals.flags), bool)
            flags[mask] = removals.of(int(row), mask)
            found[example_id] = flags
    return found


@pytest.mark.parametrize("fraction", [0.01, 0.3, 0.5, 0.99])
@pytest.mark.parametrize(("rank", "flags"), [("entries", 3), ("pixels", 1)])
def test_both_orders_remove_the_same_exact_number_from_every_cell(study, rank, flags, fraction):
    folder, known = study
    first = removed_of(by_maps(folder, rank, fraction), known)
    chance = removed_of(at_random(folder, rank, fraction), known)
    for example_id, (_, mask) in known.items():
        count = how_many(int(mask.sum()) * flags, fraction)
        assert first[example_id].sum() == chance[example_id].sum() == count


def test_the_first_entries_are_those_of_largest_absolute_score_pooled_over_channels(study):
    folder, known = study
    for example_id, flags in removed_of(by_maps(folder), known).items():
        scores, mask = known[example_id]
        if scores.any():
            sizes = np.abs(scores)
            assert sizes[flags].min() >= sizes[mask][~flags[mask]].max()


def test_whole_pixels_are_ranked_by_the_sum_over_channels(study):
    folder, known = study
    for example_id, flags in removed_of(by_maps(folder, "pixels"), known).items():
        scores, mask = known[example_id]
        if scores.any():
            sizes = np.abs(scores).sum(axis=-1)
            assert sizes[flags[..., 0]].min() >= sizes[mask & ~flags[..., 0]].max()


def test_a_map_of_places_ranks_pixels_and_no_entries(study):
    folder, known = study
    for number, (name, cells) in enumerate(SHARDS.items()):
        ids = 100 * number + np.arange(cells)
        maps = np.stack([known[example_id][0][..., :1] for example_id in ids])
        masks = np.stack([known[example_id][1] for example_id in ids])
        write(folder, name, maps, ids, masks, axes="place")
    for example_id, flags in removed_of(by_maps(folder, "pixels"), known).items():
        sizes, mask = np.abs(known[example_id][0][..., 0]), known[example_id][1]
        if sizes.any():
            assert sizes[flags[..., 0]].min() >= sizes[mask & ~flags[..., 0]].max()
    with pytest.raises(AttributionError, match=r"rank no entries.*rank to pixels"):
        by_maps(folder, "entries")


def test_zero_maps_are_counted_and_ranked_by_chance(study):
    folder, known = study
    path = by_maps(folder)
    assert zero_maps(path, [0, 1, 2, 3, 302]) == 2
    zero = removed_of(path, known)[2]
    np.testing.assert_array_equal(zero, removed_of(at_random(folder), known)[2])
    assert zero.any()


def test_predictions_are_told_by_what_was_removed_and_by_the_explained_target_alone(study):
    folder, _ = study
    ids = [300, 301, 302, 303]
    predictions = pd.DataFrame(
        {
            "id": 2 * ids,
            "target": 4 * ["area"] + 4 * ["target"],
            "prediction": np.arange(8.0),
        }
    )
    path = by_maps(folder)
    told = told_apart(predictions, target="target", order="ig", fraction=0.3, removal=path)
    assert told["prediction"].to_list() == [4, 5, 6, 7]
    assert told["id"].to_list() == ids
    assert (told["order"] == "ig").all() and (told["fraction"] == 0.3).all()
    # Of the test cells the third has a map that ranks nothing.
    assert (told["zero_cells"] == 1).all()


def test_random_orders_are_of_their_seed_and_the_same_again(study):
    folder, _ = study
    first, again = at_random(folder, out="a.h5"), at_random(folder, out="b.h5")
    assert first.read_bytes() == again.read_bytes()
    other = at_random(folder, seed=(1, 3), out="c.h5")
    assert first.read_bytes() != other.read_bytes()
    assert by_maps(folder, out="d.h5").read_bytes() == by_maps(folder, out="e.h5").read_bytes()


def test_maps_of_another_model_are_refused(study):
    folder, _ = study
    (folder / "model.keras").write_text("others")
    with pytest.raises(AttributionError, match="another model"):
        by_maps(folder)
    assert not (folder / "by_maps.h5").exists()


def test_permuted_targets_are_those_of_the_split_in_another_order(study):
    folder, _ = study
    out = folder / "targets.tsv"
    permute_targets(folder / "shards.tsv", out, columns=["target", "area"], seed=(1, 2))
    table = read_table(out)
    known = pd.concat(_cells(folder / f"{name}.h5") for name in SHARDS)
    assert table["split"].tolist() == ["train"] * 9 + ["val"] * 3
    for split, rows in table.groupby("split"):
        own = known[known["split"] == split]
        assert sorted(rows["id"]) == sorted(rows["taken_from"]) == sorted(own.index)
        for column in ("target", "area"):
            np.testing.assert_array_equal(rows[column], own.loc[rows["taken_from"], column])
    assert (table["id"] != table["taken_from"]).any()
    again, other = folder / "again.tsv", folder / "other.tsv"
    permute_targets(folder / "shards.tsv", again, columns=["target", "area"], seed=(1, 2))
    permute_targets(folder / "shards.tsv", other, columns=["target", "area"], seed=(1, 3))
    assert out.read_bytes() == again.read_bytes() != other.read_bytes()


def test_a_target_that_is_not_there_is_told(study):
    folder, _ = study
    with pytest.raises(AttributionError, match=r"no column 'aera'.*'area'"):
        permute_targets(folder / "shards.tsv", folder / "t.tsv", columns=["aera"], seed=(1,))


def _cells(path):
    with open_store(path) as store:
        return store.examples
