"""The attribute stage: whole shards, killed jobs, wrong models."""

from pathlib import Path

import keras
import numpy as np
import pandas as pd
import pytest

from nascent.attribute import stage
from nascent.attribute.maps import open_maps
from nascent.attribute.stage import Explanation, attribute_shard
from nascent.errors import AttributionError, OutputError, StoreError, TrainError
from nascent.examples import column_target, image_input
from nascent.kinds.cells.crops.crop_store import CropWriter
from nascent.reader import Reader, read_reader, write_reader
from nascent.readers.image import ImageReader
from nascent.shards.normalise import Normaliser
from nascent.train.architectures.build import build

CHANNELS = ["00_DAPI", "15_SON"]
PATH = {"steps": 3, "tolerance": None, "rule": "trapezoid", "baseline": "black", "batch_size": 1}
VARGRAD = PATH | {
    "over": "integrated_gradients",
    "samples": 4,
    "sigma": 1.0,
    "statistic": "sd",
}


class Killed(BaseException):
    """Stands for SIGKILL: no handler of the library's catches it."""


def make_normaliser(sd=100.0):
    statistics = {"background": 0.0, "percentile": 300.0, "mean": 80.0, "sd": sd}
    table = pd.DataFrame({"channel": CHANNELS, **statistics})
    return Normaliser.from_table(table, CHANNELS, {"clip": 98, "z_score": True})


def make_model(path, size=6, seed=1):
    keras.utils.set_random_seed(seed)
    image = keras.Input((size, size, 2), name="image")
    mask = keras.Input((size, size), name="mask", dtype="bool")
    features = keras.layers.Conv2D(3, 3, activation="gelu")(image)
    outputs = keras.layers.Dense(1)(keras.layers.GlobalAveragePooling2D()(features))
    keras.Model({"image": image, "mask": mask}, outputs).save(path)
    return path


def make_shard(path, cells, size=6):
    stream = np.random.default_rng(4)
    masks = np.zeros((cells, size, size), bool)
    masks[:, 1:-1, 1:-1] = stream.random((cells, size - 2, size - 2)) < 0.8
    images = stream.integers(1, 400, (cells, size, size, 2)).astype(np.uint16) * masks[..., None]
    with CropWriter(path, channels=CHANNELS, size=size, dtype=np.uint16) as store:
        store.append_crops(images, masks)
        store.cells = pd.DataFrame(
            {"plate": "p", "well": "A01", "target": stream.random(cells)},
            index=pd.RangeIndex(100, 100 + cells, name="id"),
        )
    return path


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("inputs")
    return make_model(folder / "model.keras"), make_shard(folder / "test-00000.h5", 5)


@pytest.fixture
def explain(inputs, tmp_path):
    def run(out: Path, **changes) -> Path:
        arguments = {
            "reader": make_normaliser(),
            "state_dir": tmp_path / "state",
            "record": {"stage": "attribute"},
        }
        how = {"method": "vargrad", "options": VARGRAD, "seed": 3, "precision": "float32"}
        for key, value in changes.items():
            (how if key in Explanation.__dataclass_fields__ else arguments)[key] = value
        model, shard = arguments.pop("model", inputs[0]), arguments.pop("shard", inputs[1])
        attribute_shard(model, shard, out, how=Explanation(**how), **arguments)
        return out

    return run


def killed_after(monkeypatch, writes):
    """Let the job die when it is about to write its next batch."""
    real, done = stage.write_maps, []

    def write_or_die(*arguments, **options):
        if len(done) == writes:
            raise Killed
        done.append(real(*arguments, **options))

    monkeypatch.setattr(stage, "write_maps", write_or_die)
    return done


def test_every_cell_of_the_shard_gets_its_map(explain, inputs, tmp_path):
    options = {**PATH, "steps": 40, "batch_size": 8}
    out = explain(tmp_path / "a.h5", method="integrated_gradients", options=options)
    model = keras.saving.load_model(inputs[0])
    with open_maps(out) as maps, stage.open_store(inputs[1]) as shard:
        assert maps.ids == shard.examples.index.tolist() == [100, 101, 102, 103, 104]
        assert maps.channels == CHANNELS
        images, masks = shard.read(slice(None))
        values = np.stack(list(maps))
        predictions = model.predict(
            {"image": make_normaliser()(images, masks), "mask": masks}, verbose=0
        )
        np.testing.assert_allclose(maps.cells["prediction"], predictions[:, 0], rtol=1e-5)
        assert (values[~masks] == 0).all()
        # Completeness: a smooth model's map sums to what the image adds to the prediction.
        added = maps.cells["prediction"] - maps.cells["prediction_baseline"]
        np.testing.assert_allclose(values.sum(axis=(1, 2, 3)), added, atol=1e-3)
        np.testing.assert_allclose(
            maps.cells["completeness_gap"], values.sum(axis=(1, 2, 3)) - added, atol=1e-5
        )
        # What the method does not take is not said to have shaped its maps.
        assert set(maps.source.options) == set(PATH)


def test_the_linear_architecture_gets_its_weights_over_the_area(explain, inputs, tmp_path):
    model = build("linear", [image_input(6, 2)], target_mean=300.0, target_sd=50.0)
    weights = np.array([[0.5], [-2.0]])
    model.get_layer("output").kernel.assign(weights)
    model.save(tmp_path / "linear.keras")
    options = {**PATH, "steps": 1}
    out = explain(
        tmp_path / "a.h5",
        model=tmp_path / "linear.keras",
        method="integrated_gradients",
        options=options,
    )
    with open_maps(out) as maps, stage.open_store(inputs[1]) as shard:
        images, masks = shard.read(slice(None))
        area = masks.sum(axis=(1, 2))[:, None, None, None]
        expected = make_normaliser()(images, masks) * weights[:, 0] * 50.0 / area
        np.testing.assert_allclose(np.stack(list(maps)), expected, rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(maps.cells["prediction_baseline"], 300, rtol=1e-6)
        np.testing.assert_allclose(maps.cells["completeness_gap"], 0, atol=1e-3)


def test_a_killed_job_goes_on_and_ends_in_the_same_bytes(explain, tmp_path, monkeypatch):
    whole = explain(tmp_path / "whole.h5")
    with monkeypatch.context() as patch, pytest.raises(Killed):
        killed_after(patch, 3)
        explain(tmp_path / "maps.h5")
    assert not (tmp_path / "maps.h5").exists()
    with monkeypatch.context() as patch:
        done = killed_after(patch, 99)
        explain(tmp_path / "maps.h5")
    assert len(done) == 2  # 5 batches of one cell, 3 made before the kill
    assert (tmp_path / "maps.h5").read_bytes() == whole.read_bytes()
    assert not (tmp_path / "state").exists()


def test_a_half_written_batch_is_made_again(explain, tmp_path, monkeypatch):
    whole = explain(tmp_path / "whole.h5")
    with monkeypatch.context() as patch, pytest.raises(Killed):
        killed_after(patch, 2)
        explain(tmp_path / "maps.h5")
    cut = max((tmp_path / "state").glob("*.h5"))
    cut.write_bytes(cut.read_bytes()[:1000])
    # What a kill leaves of a file before it has its name.
    for left in (".000003-000004.9.part.h5", ".fingerprint.9.part.json"):
        (tmp_path / "state" / left).write_bytes(b"half")
    explain(tmp_path / "maps.h5")
    assert (tmp_path / "maps.h5").read_bytes() == whole.read_bytes()
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize(
    "change",
    ["seed", "options", "record", "model", "shard", "reader", "precision"],
)
def test_what_was_begun_with_something_else_is_made_anew(explain, tmp_path, monkeypatch, change):
    changes = {
        "seed": lambda: 4,
        "options": lambda: {**VARGRAD, "sigma": 2.0},
        "record": lambda: {"stage": "attribute", "config": "changed"},
        "model": lambda: make_model(tmp_path / "other.keras", seed=2),
        "shard": lambda: make_shard(tmp_path / "other.h5", 4),
        "reader": lambda: make_normaliser(sd=50.0),
        "precision": lambda: "float16",
    }
    with monkeypatch.context() as patch, pytest.raises(Killed):
        killed_after(patch, 3)
        explain(tmp_path / "maps.h5")
    changed = {change: changes[change]()}
    explain(tmp_path / "maps.h5", **changed)
    fresh = explain(tmp_path / "fresh.h5", **changed)
    assert (tmp_path / "maps.h5").read_bytes() == fresh.read_bytes()


def test_what_was_begun_with_other_training_cells_is_made_anew(explain, tmp_path, monkeypatch):
    options = VARGRAD | {"baseline": "training_cells", "references": 3}
    few, many = (make_shard(tmp_path / f"train-{count}.h5", count) for count in (3, 9))
    with monkeypatch.context() as patch, pytest.raises(Killed):
        killed_after(patch, 3)
        explain(tmp_path / "maps.h5", options=options, training_paths=[few])
    explain(tmp_path / "maps.h5", options=options, training_paths=[many])
    fresh = explain(tmp_path / "fresh.h5", options=options, training_paths=[many])
    assert (tmp_path / "maps.h5").read_bytes() == fresh.read_bytes()


def test_the_folder_of_another_job_loses_nothing_but_batches(explain, tmp_path):
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "notes.txt").write_text("mine")
    with pytest.raises(OSError, match="not empty"):
        explain(tmp_path / "maps.h5")
    assert (tmp_path / "state" / "notes.txt").read_text() == "mine"


def test_a_shard_without_cells_gives_a_file_without_maps(explain, tmp_path):
    out = explain(tmp_path / "maps.h5", shard=make_shard(tmp_path / "empty.h5", 0))
    with open_maps(out) as maps:
        assert len(maps) == 0
        assert maps.channels == CHANNELS


def test_a_model_of_another_crop_size_is_refused(explain, tmp_path):
    with pytest.raises(AttributionError, match=r"\(8, 8, 2\).*\(6, 6, 2\)"):
        explain(tmp_path / "maps.h5", model=make_model(tmp_path / "large.keras", size=8))
    assert not (tmp_path / "maps.h5").exists()


def test_a_model_with_broken_weights_is_refused(explain, inputs, tmp_path):
    model = keras.saving.load_model(inputs[0])
    model.layers[-1].kernel.assign(np.full((3, 1), np.nan))
    model.save(tmp_path / "nan.keras")
    with pytest.raises(AttributionError, match="cell 100 is not finite"):
        explain(tmp_path / "maps.h5", model=tmp_path / "nan.keras")


def test_a_file_that_is_no_model_is_refused(explain, tmp_path):
    (tmp_path / "text.keras").write_text("no model")
    with pytest.raises(TrainError, match=r"text\.keras: the file is truncated or no model"):
        explain(tmp_path / "maps.h5", model=tmp_path / "text.keras")


def test_an_unknown_method_names_the_nearest(explain, tmp_path):
    with pytest.raises(AttributionError, match="'vargrad'"):
        explain(tmp_path / "maps.h5", method="vargard")


def test_a_missing_option_is_named(explain, tmp_path):
    with pytest.raises(AttributionError, match="'sigma'"):
        explain(
            tmp_path / "maps.h5",
            options={name: value for name, value in VARGRAD.items() if name != "sigma"},
        )


def test_a_full_disk_ends_the_job_and_leaves_no_map_file(explain, tmp_path, file_size_limit):
    with file_size_limit(2000), pytest.raises(OutputError, match="state"):
        explain(tmp_path / "maps.h5")
    assert not list(tmp_path.rglob("*.h5"))
    explain(tmp_path / "maps.h5")
    with open_maps(tmp_path / "maps.h5") as maps:
        assert len(maps) == 5


OTHERS = {
    "gradient": {},
    "smoothgrad": {"over": "gradient", "samples": 3, "sigma": 1.0},
    "expected_gradients": {"samples": 3, "references": 2},
    "grad_cam": {"layer": None, "sign": "positive"},
    "occlusion": {"window": 3, "stride": 3, "channels": "each", "baseline": "black"},
    "channel_ablation": {"to": "permutation", "samples": 2, "references": 2},
}


@pytest.mark.parametrize("method", OTHERS)
def test_a_killed_job_of_any_method_goes_on(explain, tmp_path, monkeypatch, method):
    training = make_shard(tmp_path / "train-00000.h5", 6)
    changes = {
        "method": method,
        "options": OTHERS[method] | {"batch_size": 2},
        "training_paths": [training],
        "precision": "float16",
    }
    whole = explain(tmp_path / "whole.h5", **changes)
    with monkeypatch.context() as patch, pytest.raises(Killed):
        killed_after(patch, 1)
        explain(tmp_path / "maps.h5", **changes)
    with monkeypatch.context() as patch:
        done = killed_after(patch, 99)
        explain(tmp_path / "maps.h5", **changes)
    assert len(done) == 2  # 5 cells in batches of 2, one made before the kill
    assert (tmp_path / "maps.h5").read_bytes() == whole.read_bytes()
    with open_maps(whole) as maps:
        assert maps.axes == {"grad_cam": "place", "channel_ablation": "feature"}.get(
            method, "entry"
        )
        assert any(values.any() for values in maps)
        assert maps.cells["loss"].max() < 2**-11
        assert maps.source.precision == "float16"


def test_a_tolerance_that_is_not_met_is_counted_and_marked(explain, tmp_path, caplog):
    options = PATH | {"tolerance": 1e-9, "steps": 9}
    with caplog.at_level("INFO", logger="nascent"):
        out = explain(tmp_path / "a.h5", method="integrated_gradients", options=options)
    assert "5 of 5 cells do not meet the tolerance" in caplog.text
    assert "evaluations of the model a cell" in caplog.text
    with open_maps(out) as maps:
        assert not maps.cells["converged"].any()
        assert (maps.cells["steps"] == 9).all()
    options = PATH | {"tolerance": 0.5, "steps": 64}
    with open_maps(
        explain(tmp_path / "b.h5", method="integrated_gradients", options=options)
    ) as maps:
        gap = maps.cells["completeness_gap"].abs()
        change = (maps.cells["prediction"] - maps.cells["prediction_baseline"]).abs()
        assert maps.cells["converged"].all()
        assert (gap <= 0.5 * change).all()


def test_zero_maps_are_counted(explain, inputs, tmp_path, caplog):
    model = keras.saving.load_model(inputs[0])
    model.layers[-1].kernel.assign(np.zeros((3, 1)))
    model.save(tmp_path / "flat.keras")
    with caplog.at_level("INFO", logger="nascent"):
        explain(tmp_path / "a.h5", model=tmp_path / "flat.keras", precision="float16")
    assert "5 of 5 maps are zero everywhere" in caplog.text
    with open_maps(tmp_path / "a.h5") as maps:
        assert not any(values.any() for values in maps)
        assert (maps.cells["loss"] == 0).all()


def test_a_layer_that_is_not_there_is_told_before_any_cell_is_read(explain, tmp_path, monkeypatch):
    def read(*arguments):
        raise AssertionError("a cell was read")

    monkeypatch.setattr(stage, "_read", read)
    options = {"layer": "con2d", "sign": "both", "batch_size": 2}
    with pytest.raises(AttributionError, match=r"no layer 'con2d'. Did you mean 'conv2d"):
        explain(tmp_path / "a.h5", method="hirescam", options=options)
    assert not (tmp_path / "a.h5").exists()


def test_each_target_has_maps_of_its_own(explain, inputs, tmp_path):
    model = build("linear", [image_input(6, 2)], target_mean=[0.0, 5.0], target_sd=[1.0, 2.0])
    weights = np.array([[0.5, 3.0], [-2.0, 1.0]])
    model.get_layer("output").kernel.assign(weights)
    model.save(tmp_path / "two.keras")
    shown = {"model": tmp_path / "two.keras", "method": "gradient", "options": {"batch_size": 3}}
    one = ImageReader.of_shard(make_normaliser(), inputs[1])
    shown["reader"] = Reader((one,), (column_target("rate"), column_target("area")))
    for target, (name, scale) in enumerate((("rate", 1.0), ("area", 2.0))):
        out = explain(tmp_path / f"{target}.h5", read_out=name, **shown)
        with open_maps(out) as maps:
            assert maps.source.read_out == name
            expected = weights[:, target] * scale / maps.mask(0).sum()
            np.testing.assert_allclose(maps[0][maps.mask(0)][0], expected, rtol=1e-5)
    with pytest.raises(StoreError, match="no 'aera', but rate, area"):
        explain(tmp_path / "2.h5", read_out="aera", **shown)


def test_methods_that_compare_need_training_cells(explain, tmp_path):
    options = OTHERS["expected_gradients"] | {"batch_size": 2}
    with pytest.raises(AttributionError, match="no training cells"):
        explain(tmp_path / "a.h5", method="expected_gradients", options=options)


def test_a_model_refuses_a_shard_unlike_those_that_it_reads_and_names_both(
    explain, inputs, tmp_path
):
    write_reader([ImageReader.of_shard(make_normaliser(), inputs[1])], tmp_path / "reader.json")
    reader = read_reader(tmp_path)
    ours, theirs = explain(tmp_path / "a.h5", reader=reader), explain(tmp_path / "b.h5")
    with open_maps(ours) as maps, open_maps(theirs) as others:
        assert np.stack(list(maps)).tobytes() == np.stack(list(others)).tobytes()
    larger = make_shard(tmp_path / "larger.h5", 2, size=7)
    with pytest.raises(StoreError, match=r"\(7, 7, 2\), and the model .* \(6, 6, 2\)"):
        explain(tmp_path / "c.h5", reader=reader, shard=larger)
