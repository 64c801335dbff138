"""Examples that lack a target: they are left out, and change nothing of what others say."""

import keras
import numpy as np
import pytest

from nascent.errors import TrainError
from nascent.examples import column_target
from nascent.files import read_json
from nascent.shards.batches import Batches
from nascent.shards.plan import shards_of
from nascent.task import task_of
from nascent.train.data import Targets, examples, target_values, training_targets
from nascent.train.fit import learn
from nascent.train.objective import compile_model, over_labels
from nascent.train.options import Fitting
from nascent.train.stage import train_model
from nascent.train.validation import judge

BOTH = [column_target("target"), column_target("area")]


def lacking(columns, share=2):
    """Return a change of a cell table: every `share`-th example lacks these targets."""

    def change(cells):
        cells = cells.copy()
        cells.loc[cells["id"] % share == 1, columns] = np.nan
        return cells

    return change


def batches(study, split="train", **options):
    paths = shards_of(study.manifest, split)
    return Batches(paths, study.arguments()["data"].normaliser, batch_size=8, **options)


def test_examples_without_any_target_are_left_out(study):
    study.write("train-00000", 14, lacking(["target", "area"]))
    study.write("train-00001", 12, lacking(["area"], share=3))
    whole, some = batches(study), batches(study, seed=1, answers=["target", "area"])
    assert (len(whole.examples), len(some.examples), some.unanswered) == (26, 19, 7)
    seen = np.concatenate([batch.ids for batch in some])
    assert sorted(seen) == sorted(some.examples.index)
    values = target_values(some, ["target", "area"])
    assert values["target"].notna().all() and values["area"].isna().sum() == 4
    known = training_targets(some, ["target", "area"])
    assert known.known.tolist() == [19, 15] and known.some_missing
    assert known.means[1] == pytest.approx(some.examples["area"].mean())
    assert known.sds[1] == pytest.approx(some.examples["area"].std(ddof=1))
    passed = np.concatenate([target for _, target in examples(some, ["target", "area"])])
    assert np.isnan(passed[:, 1]).sum() == 4


def test_training_without_some_targets_is_training_on_the_others(study, caplog):
    study.write("train-00001", 12, lacking(["target"]))
    train_model(**study.arguments("some", epochs=2))
    assert "6 of 26 training cells have no target (column 'target')" in caplog.text
    assert read_json(study.folder / "some/card.json")["data"]["without_target"] == {
        "train": 6,
        "val": 0,
    }
    assert study.card("some")["targets"][0]["cells"] == 20
    study.write("train-00001", 12, kept=lambda cells: cells["id"] % 2 == 0)
    train_model(**study.arguments("others", epochs=2))
    assert study.history("some").equals(study.history("others"))
    for ours, theirs in zip(study.weights("some"), study.weights("others"), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_a_planted_line_is_learnt_as_well_from_the_targets_that_are_there(study):
    study.write("train-00000", 28, lacking(["target"]))
    study.write("train-00001", 24, lacking(["target"]))
    study.write("val-00000", 18, lacking(["target"]))
    train_model(**study.arguments(epochs=25, learning_rate=0.12))
    history = study.history()
    assert history["val_mae"].iloc[0] > 60
    assert history["val_mae"].min() < 10


def test_of_two_targets_one_may_be_missing(study):
    def change(columns, share=2):
        # The second target is a line of the first channel too.
        return lambda cells: lacking(columns, share)(cells.assign(area=cells["target"] / 9 + 3))

    study.write("train-00000", 14, change(["area"]))
    study.write("train-00001", 12, change(["target"], share=3))
    study.write("val-00000", 9, change(["area"]))
    train_model(**study.arguments(targets=BOTH, epochs=25, learning_rate=0.12))
    history = study.history()
    assert np.isfinite(history.to_numpy(float)).all()
    assert history["val_mae"].min() < 10 < 60 < history["val_mae"].iloc[0]


@pytest.mark.parametrize(("shard", "split"), [("train", "training"), ("val", "validation")])
@pytest.mark.parametrize("targets", [BOTH[:1], BOTH])
def test_a_split_without_any_is_refused(study, shard, split, targets):
    names = {"train": ("train-00000", "train-00001"), "val": ("val-00000",)}[shard]
    for name in names:
        study.write(name, 12, lambda cells: cells.assign(target=np.nan))
    with pytest.raises(TrainError, match=rf"none of \d+ {split} cells has the target .*'target'"):
        train_model(**study.arguments(targets=targets))


Y = np.array([[300.0, 10.0], [420.0, np.nan], [np.nan, 9.0]], np.float32)
Y_HAT = np.array([[300.5, 10.0], [400.0, 8.0], [377.0, 8.9]], np.float32)
SDS = (60.0, 2.0)


@pytest.mark.parametrize(("name", "size"), [("mse", np.square), ("mae", np.abs)])
def test_the_loss_is_a_mean_over_the_targets_that_are_there(name, size):
    loss = over_labels(task_of("regression").loss(name, SDS))
    found = keras.ops.convert_to_numpy(loss(Y, keras.ops.convert_to_tensor(Y_HAT)))
    errors = size((Y - Y_HAT) * np.array([1.0, 30.0]))
    assert found.mean() == pytest.approx(np.nanmean(errors), rel=1e-5)
    plain = task_of("regression").loss(name, SDS)
    judged = judge(
        lambda inputs: [inputs["image"]],
        [({"image": Y_HAT[:2]}, Y[:2]), ({"image": Y_HAT[2:]}, Y[2:])],
        loss=plain,
        metric=plain,
        spread=lambda _: 1.0,
    )
    assert judged.loss == judged.metric == pytest.approx(np.nanmean(errors), rel=1e-5)


class Same(keras.layers.Layer):
    """Gives back a weight for each value, so that its gradient can be read."""

    def build(self, shape):
        self.values = self.add_weight(shape=(3, 2), initializer=lambda *_, **__: Y_HAT)

    def call(self, inputs):
        return self.values + 0.0 * inputs


@pytest.mark.parametrize("loss", ["mse", "mae", "huber"])
def test_a_missing_target_pulls_at_nothing(loss):
    given = keras.Input((2,), name="image")
    model = keras.Model({"image": given}, Same()(given))
    fitting = Fitting(epochs=1, batch_size=8, learning_rate=1.0, loss=loss, optimizer="sgd")
    targets = Targets(("target", "area"), (0.0, 0.0), SDS, 3, values=Y.astype(float))
    compile_model(model, fitting, targets)
    found = learn(
        model, [({"image": np.zeros((3, 2), np.float32)}, Y)], lambda _: 1.0, metric="mae"
    )
    moved = model.get_weights()[0] != Y_HAT
    # Where the prediction is right already nothing is pulled either.
    np.testing.assert_array_equal(moved, [[True, False], [True, False], [False, True]])
    errors = np.abs((Y - Y_HAT) * np.array([1.0, 30.0]))
    assert found["mae"] == pytest.approx(np.nanmean(errors), rel=1e-5)


def test_a_class_that_is_missing_counts_in_no_weight():
    task = task_of("classes")
    y = np.array([[0.0], [1.0], [np.nan], [1.0]])
    means, _ = task.start(y, ["a", "b"])
    np.testing.assert_allclose(np.exp(means), [0.375, 0.625])
    fitting = Fitting(
        epochs=1, batch_size=8, learning_rate=1.0, task="classes", class_weights="balanced"
    )
    assert task.loss_options(fitting, y, (1.0, 1.0))["class_weights"] == [1.5, 0.75]
    loss = over_labels(task.loss("cross_entropy", (1.0, 1.0)))
    logits = keras.ops.convert_to_tensor(np.zeros((4, 2), np.float32))
    found = keras.ops.convert_to_numpy(loss(y.astype(np.float32), logits))
    np.testing.assert_allclose(found, np.log(2) * np.array([1, 1, 0, 1]) * 4 / 3, rtol=1e-5)
