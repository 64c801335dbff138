import numpy as np
import pytest

from nascent.errors import TrainError
from nascent.files import read_table, write_table
from nascent.shards.batches import Batches
from nascent.shards.plan import shards_of
from nascent.train.data import (
    examples,
    fingerprint,
    size_ratios,
    target_values,
    training_targets,
)


def batches(study, split="train", **options):
    paths = shards_of(study.manifest, split)
    return Batches(paths, study.arguments()["data"].normaliser, **{"batch_size": 8, **options})


def test_shards_are_found_beside_the_table_that_lists_them(study):
    names = [path.name for path in shards_of(study.manifest, "train")]
    assert names == ["train-00000.h5", "train-00001.h5"]
    assert all(path.is_file() for path in shards_of(study.manifest, "val"))
    assert shards_of(study.manifest, "test") == []


def test_the_target_is_that_of_the_cell_tables(study):
    train = batches(study)
    columns = ["target", "area"]
    found = training_targets(train, columns)
    assert (found.columns, found.cells) == (("target", "area"), 26)
    for column, mean, sd in zip(columns, found.means, found.sds, strict=True):
        values = train.examples[column]
        assert np.isclose(mean, np.sum(values) / 26)
        assert np.isclose(sd, np.sqrt(np.sum((values - mean) ** 2) / 25))


def test_training_refuses_shards_whose_object_is_not_what_was_measured(study, monkeypatch):
    train = batches(study)
    monkeypatch.setattr(train, "_one_mask", {"image": False})
    with pytest.raises(TrainError, match="the mask of the object differs"):
        training_targets(train, ["target"])


def test_size_ratios_are_those_of_the_training_cells(study):
    ratios = batches(study).examples["size_ratio"]
    found = size_ratios(batches(study))
    assert (found.mean, found.low) == (pytest.approx(ratios.mean()), ratios.min())
    assert found.sd == pytest.approx(ratios.std(ddof=1))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda cells: cells.drop(columns="size_ratio"), "no column 'size_ratio'"),
        (lambda cells: cells.assign(size_ratio=1.5), "a size ratio is 1.5"),
    ],
)
def test_size_ratios_that_cannot_be_are_refused(study, change, message):
    for name, cells in (("train-00000", 14), ("train-00001", 12)):
        study.write(name, cells, change)
    with pytest.raises(TrainError, match=message):
        size_ratios(batches(study))


def test_a_target_that_is_no_number_is_refused(study):
    study.write("train-00001", 12, lambda cells: cells.assign(cell_cycle="G1"))
    study.write("train-00000", 14, lambda cells: cells.assign(cell_cycle="S"))
    with pytest.raises(TrainError, match="is predicted as a number and holds others"):
        target_values(batches(study), ["cell_cycle"])


def test_examples_pair_each_image_with_its_own_target(study):
    seen = []
    for inputs, target in examples(batches(study, seed=5), ["target", "area"], epoch=2):
        assert inputs["image"].dtype == target.dtype == np.float32
        assert target.shape == (len(inputs["image"]), 2)
        for image, mask, value in zip(inputs["image"], inputs["mask"], target, strict=True):
            # The normaliser takes 200 off and divides by 60; the target is 2 x mean - 50.
            mean = image[mask].mean(axis=0)[0] * 60 + 200
            assert np.isclose(value[0], 2 * mean - 50, rtol=1e-4)
            assert (image[~mask] == 0).all()
            assert value[1] == mask.sum()
            seen.append(value[0])
    expected = target_values(batches(study), ["target"])["target"].to_numpy(np.float32)
    np.testing.assert_array_equal(np.sort(seen), np.sort(expected))


def test_the_order_follows_from_seed_and_epoch(study):
    def order(seed, epoch):
        passed = examples(batches(study, seed=seed), ["target"], epoch=epoch)
        return np.concatenate([target[:, 0] for _, target in passed]).tolist()

    assert order(5, 2) == order(5, 2)
    assert order(5, 2) != order(5, 3)
    assert order(5, 2) != order(6, 2)


def test_the_fingerprint_tells_pixels_and_targets_apart(study):
    def digest():
        return fingerprint(study.manifest, [batches(study)], ["target"])

    first = digest()
    assert digest() == first
    study.write("train-00001", 12, lambda cells: cells.assign(target=cells["target"] + 1e-9))
    other_targets = digest()
    assert other_targets != first
    table = read_table(study.manifest)
    table.loc[0, "sha256"] = "0" * 64
    write_table(table, study.manifest)
    assert digest() not in (first, other_targets)
