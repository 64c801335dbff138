import h5py
import keras
import numpy as np
import pandas as pd
import pytest

from nascent.errors import TrainError
from nascent.evaluate.predict import predict
from nascent.evaluate.tables import Answers, RunNames, predictions_columns
from nascent.files import write_table
from nascent.kinds.cells.crops.crop_store import CropWriter
from nascent.shards.normalise import Normaliser
from nascent.shards.plan import shards_of
from nascent.shards.steps import Steps
from nascent.shards.write import list_shards
from nascent.task import task_of

CHANNELS = ["00_DAPI", "15_SON"]
STATISTICS = pd.DataFrame(
    {
        "channel": CHANNELS,
        "background": 0.0,
        "percentile": 65535.0,
        "mean": [150.0, 90.0],
        "sd": [40.0, 30.0],
        "minimum": 0.0,
        "maximum": 65535.0,
        "pixels": 1,
    }
)
WEIGHTS = np.array([2.0, -1.0])


@pytest.fixture
def shards(tmp_path):
    """Return the manifest, and what the model below must predict, computed from the raw pixels."""
    rng = np.random.default_rng(8)
    expected, paths = [], []
    for split, name, first in (
        ("test", "test-00000", 40),
        ("train", "train-00000", 10),
        ("train", "train-00001", 30),
        ("val", "val-00000", 20),
    ):
        masks = rng.random((5, 8, 8)) < 0.6
        images = rng.integers(0, 300, (5, 8, 8, 2)).astype(np.uint16) * masks[..., None]
        images = images.astype(np.uint16)
        cells = pd.DataFrame(
            {
                "id": range(first, first + 5),
                "split": split,
                "target": rng.normal(377, 60, 5),
                "area": masks.sum(axis=(1, 2)),
            }
        )
        paths.append(tmp_path / f"{name}.h5")
        with CropWriter(paths[-1], channels=CHANNELS, size=8, dtype=np.uint16) as writer:
            writer.append_crops(images, masks)
            writer.cells = cells.assign(plate="p", group="A01")
        pairs = zip(images, masks, strict=True)
        means = np.array([image[mask].mean(axis=0) for image, mask in pairs])
        z = (means - [150.0, 90.0]) / [40.0, 30.0]
        expected.append(cells.assign(y_hat=377 + 60 * z @ WEIGHTS))
    write_table(list_shards(paths), tmp_path / "shards.tsv")
    return tmp_path / "shards.tsv", pd.concat(expected).set_index("id")


def line(*kernels):
    """Return a network of the masked means: 377 + 60 kernel · z, one output a kernel."""
    image, mask = keras.Input((8, 8, 2), name="image"), keras.Input((8, 8), name="mask")
    measured = keras.ops.expand_dims(keras.ops.cast(mask, "float32"), -1)
    means = keras.ops.sum(image * measured, (1, 2)) / keras.ops.sum(measured, (1, 2))
    dense = keras.layers.Dense(len(kernels))
    model = keras.Model({"image": image, "mask": mask}, dense(means))
    dense.kernel.assign(60 * np.transpose(kernels))
    dense.bias.assign([377.0] * len(kernels))
    return model


def predictions(manifest, model=None, targets=("target",), **options):
    normaliser = Normaliser.from_table(STATISTICS, CHANNELS, Steps(clip=None))
    return predict(
        model or line(WEIGHTS),
        {split: shards_of(manifest, split) for split in ("train", "val", "test")},
        normaliser,
        answers=Answers(targets),
        run=RunNames("example", "example", "linear", 4),
        batch_size=2,
        **options,
    )


def test_predictions_equal_those_worked_out_from_raw_pixels(shards):
    manifest, expected = shards
    table = predictions(manifest).set_index("id")
    np.testing.assert_allclose(table["y_hat"], expected["y_hat"].loc[table.index], rtol=1e-4)
    # Targets are passed on to the last bit.
    assert (table["y"] == expected["target"].loc[table.index]).all()
    assert (table["split"] == expected["split"].loc[table.index]).all()


def test_every_cell_stands_once_split_by_split(shards):
    table = predictions(shards[0])
    assert list(table.columns) == list(predictions_columns(task_of("regression")))
    assert list(table["split"].unique()) == ["train", "val", "test"]
    ids = [*range(10, 15), *range(30, 35), *range(20, 25), *range(40, 45)]
    assert list(table["id"]) == ids
    for column, value in {
        "model": "linear",
        "seed": 4,
        "design": "example",
        "fold": "example",
    }.items():
        assert set(table[column]) == {value}


def test_each_target_has_a_block_with_its_own_output_and_measurement(shards):
    manifest, expected = shards
    table = predictions(manifest, line(WEIGHTS, [0.0, 0.0]), targets=["target", "area"])
    assert list(table["target"]) == ["target"] * 20 + ["area"] * 20
    one = predictions(manifest)
    pd.testing.assert_frame_equal(table.iloc[:20], one)
    area = table.iloc[20:].set_index("id")
    assert (area["y"] == expected["area"].loc[area.index]).all()
    assert (area["y_hat"] == 377.0).all()


def lacking(manifest, column, ids):
    """Take the values of some cells out of a column of all shards."""
    for path in sorted(manifest.parent.glob("*.h5")):
        with h5py.File(path, "r+") as file:
            table = file["examples"]
            values = table[column][:].astype(float)
            values[np.isin(table["id"][:], ids)] = np.nan
            del table[column]
            table[column] = values


def test_cells_without_a_target_have_no_row_of_it(shards, caplog):
    manifest, _ = shards
    both = {"model": line(WEIGHTS, [0.0, 0.0]), "targets": ["target", "area"]}
    whole = predictions(manifest, **both)
    lacking(manifest, "target", [11, 12, 42])
    lacking(manifest, "area", [12, 20])
    found = predictions(manifest, **both)
    gone = whole["target"].eq("target") & whole["id"].isin([11, 12, 42])
    gone |= whole["target"].eq("area") & whole["id"].isin([12, 20])
    expected = whole[~gone].reset_index(drop=True)
    pd.testing.assert_frame_equal(found, expected)
    assert "2 of 10 train cells have no target (column 'target'): they are left out" in caplog.text
    assert "1 of 5 val cells have no target (column 'area')" in caplog.text
    lacking(manifest, "target", range(40, 45))
    with pytest.raises(TrainError, match=r"none of 5 test cells has the target \(target\)"):
        predictions(manifest)


def test_eight_fold_is_the_mean_over_flips_and_turns(shards):
    pytest.importorskip("nascent.train.augment.eight_fold")
    # The top left pixel of the first channel: what a turn moves.
    image, mask = keras.Input((8, 8, 2), name="image"), keras.Input((8, 8), name="mask")
    model = keras.Model({"image": image, "mask": mask}, image[:, 0, 0, :1])
    normaliser = Normaliser.from_table(STATISTICS, CHANNELS, Steps(clip=None))
    table = predictions(shards[0], model, prediction="eight_fold")
    from nascent.shards.batches import Batches

    paths = [path for split in ("train", "val", "test") for path in shards_of(shards[0], split)]
    [batch] = Batches(paths, normaliser, batch_size=99)
    corners = batch.inputs["image"][:, [0, 0, -1, -1], [0, -1, 0, -1], 0].mean(axis=1)
    np.testing.assert_allclose(table["y_hat"], corners, rtol=1e-5, atol=1e-6)


def test_a_prediction_that_is_no_number_names_the_cell(shards):
    with pytest.raises(TrainError, match="the prediction of 'target' for cell 10 is not finite"):
        predictions(shards[0], line([np.nan, 0.0]))


def test_more_targets_than_outputs_are_refused(shards):
    with pytest.raises(TrainError, match="the model has 1 outputs for 2 targets"):
        predictions(shards[0], targets=["target", "area"])


def test_an_unknown_second_target_names_the_nearest(shards):
    with pytest.raises(TrainError, match=r"no column 'aera'.*Did you mean 'area'"):
        predictions(shards[0], line(WEIGHTS, WEIGHTS), targets=["target", "aera"])
