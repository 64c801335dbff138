import numpy as np
import pandas as pd
import pytest

from nascent.errors import TrainError
from nascent.evaluate.predict import predict
from nascent.files import write_table
from nascent.shards.normalise import Normaliser
from nascent.shards.steps import Steps
from nascent.shards.write import list_shards
from nascent.store import StoreWriter
from nascent.train.architectures import build
from nascent.train.data import shards_of

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
            {"cell_id": range(first, first + 5), "split": split, "target": rng.normal(377, 60, 5)}
        )
        paths.append(tmp_path / f"{name}.h5")
        with StoreWriter(paths[-1], channels=CHANNELS, size=8, dtype=np.uint16) as writer:
            writer.append(images, masks)
            writer.cells = cells
        pairs = zip(images, masks, strict=True)
        means = np.array([image[mask].mean(axis=0) for image, mask in pairs])
        z = (means - [150.0, 90.0]) / [40.0, 30.0]
        expected.append(cells.assign(y_hat=377 + 60 * z @ WEIGHTS))
    write_table(list_shards(paths), tmp_path / "shards.tsv")
    return tmp_path / "shards.tsv", pd.concat(expected).set_index("cell_id")


def predictions(manifest, kernel=WEIGHTS):
    model = build("linear", size=8, channels=2, target_mean=377.0, target_sd=60.0)
    model.get_layer("output").kernel.assign(np.reshape(kernel, (2, 1)))
    normaliser = Normaliser.from_table(STATISTICS, CHANNELS, Steps(clip=None))
    shards = {split: shards_of(manifest, split) for split in ("train", "val", "test")}
    return predict(model, shards, normaliser, target="target", name="linear", seed=4, batch_size=2)


def test_predictions_equal_those_worked_out_from_raw_pixels(shards):
    manifest, expected = shards
    table = predictions(manifest).set_index("cell_id")
    np.testing.assert_allclose(table["y_hat"], expected["y_hat"].loc[table.index], rtol=1e-4)
    # Targets are passed on to the last bit.
    assert (table["y"] == expected["target"].loc[table.index]).all()
    assert (table["split"] == expected["split"].loc[table.index]).all()


def test_every_cell_stands_once_split_by_split(shards):
    table = predictions(shards[0])
    assert list(table.columns) == ["cell_id", "split", "model", "seed", "y", "y_hat"]
    assert list(table["split"].unique()) == ["train", "val", "test"]
    ids = [*range(10, 15), *range(30, 35), *range(20, 25), *range(40, 45)]
    assert list(table["cell_id"]) == ids
    assert set(table["model"]) == {"linear"}
    assert set(table["seed"]) == {4}


def test_a_prediction_that_is_no_number_names_the_cell(shards):
    with pytest.raises(TrainError, match="the prediction for cell 10 is not finite"):
        predictions(shards[0], kernel=[np.nan, 0.0])
