from functools import partial

import numpy as np
import pytest

from nascent.task import task_of
from nascent.train import validation

SDS = (10.0,)
TASK = task_of("regression")


class Corner:
    """Predicts the first channel of the crop's top left pixel."""

    def predict_on_batch(self, inputs):
        return np.asarray(inputs["image"])[:, 0, 0, :1]


def cells(count, size=4, seed=0):
    rng = np.random.default_rng(seed)
    image = rng.normal(100, 10, (count, size, size, 2)).astype(np.float32)
    return image, np.ones((count, size, size), bool), rng.normal(100, 10, (count, 1)).astype("f4")


def batches(image, mask, y, batch=4):
    for first in range(0, len(y), batch):
        part = slice(first, first + batch)
        yield {"image": image[part], "mask": mask[part]}, y[part]


def judged(predict, data):
    return validation.judge(
        predict,
        batches(*data),
        loss=TASK.loss("mse", SDS),
        metric=TASK.learning_metric(SDS),
        spread=partial(TASK.spread, sds=SDS),
    )


def test_plain_validation_is_over_the_cells_whatever_the_batches():
    image, mask, y = cells(11)
    found = judged(validation.plain(Corner()), (image, mask, y))
    error = y[:, 0].astype(float) - image[:, 0, 0, 0]
    assert found.loss == pytest.approx((error**2).mean(), rel=1e-5)
    assert found.metric == pytest.approx(np.abs(error).mean(), rel=1e-5)
    assert found.spread == pytest.approx(image[:, 0, 0, 0].std(ddof=1) / 10, rel=1e-5)


def test_eight_fold_validation_is_over_eight_predictions_a_cell():
    image, mask, y = cells(11)
    found = judged(validation.eight_fold(Corner()), (image, mask, y))
    # Flips and turns bring each of the four corners to the top left twice.
    corners = image[:, [0, 0, -1, -1], [0, -1, 0, -1], 0].astype(float)
    error = y.astype(float) - corners
    assert found.loss == pytest.approx((error**2).mean(), rel=1e-5)
    assert found.metric == pytest.approx(np.abs(error).mean(), rel=1e-5)
    assert found.spread == pytest.approx(corners.mean(axis=1).std(ddof=1) / 10, rel=1e-5)


def test_a_batch_is_filled_up_for_devices_that_take_equal_parts(monkeypatch):
    image, mask, y = cells(11)
    alone = judged(validation.plain(Corner()), (image, mask, y))
    monkeypatch.setattr(validation, "replicas", lambda: 8)

    class Eight(Corner):
        def predict_on_batch(self, inputs):
            assert len(inputs["mask"]) == len(inputs["image"]) == 8
            return super().predict_on_batch(inputs)

    assert judged(validation.plain(Eight()), (image, mask, y)) == alone


def test_the_spread_is_that_of_the_flattest_target():
    class Both:
        def predict_on_batch(self, inputs):
            corner = inputs["image"][:, 0, 0, 0]
            return np.stack([corner, np.full_like(corner, 7.0)], axis=1)

    image, mask, y = cells(5)
    sds = (10.0, 3.0)
    found = validation.judge(
        validation.plain(Both()),
        batches(image, mask, np.repeat(y, 2, axis=1)),
        loss=TASK.loss("mae", sds),
        metric=TASK.learning_metric(sds),
        spread=partial(TASK.spread, sds=sds),
    )
    assert found.spread == 0


def test_a_single_cell_has_no_spread():
    assert np.isnan(judged(validation.plain(Corner()), cells(1)).spread)
