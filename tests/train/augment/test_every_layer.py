"""What holds for all augmentations alike."""

import keras
import numpy as np
import pytest

from nascent.train.augment.centre_zoom import CentreZoom
from nascent.train.augment.colour_shift import ColourShift
from nascent.train.augment.horizontal_flip import HorizontalFlip
from nascent.train.augment.noise import Noise
from nascent.train.augment.quarter_turn import QuarterTurn

LAYERS = {
    "shift_uniform": lambda seed: ColourShift("uniform", mean=0.5, sd=1.0, seed=seed),
    "shift_normal": lambda seed: ColourShift("normal", mean=0.5, sd=1.0, seed=seed),
    "noise": lambda seed: Noise(0.2, seed=seed),
    "zoom_normal": lambda seed: CentreZoom("normal", mean=0.6, sd=0.1, low=0.3, seed=seed),
    "zoom_uniform": lambda seed: CentreZoom("uniform", mean=0.6, sd=0.1, low=0.3, seed=seed),
    "flip": lambda seed: HorizontalFlip(seed=seed),
    "turn": lambda seed: QuarterTurn(seed=seed),
}


@pytest.fixture(params=LAYERS)
def make(request):
    return LAYERS[request.param]


def images(layer, inputs, passes=1):
    return [np.asarray(layer(inputs, training=True)["image"]) for _ in range(passes)]


@pytest.mark.parametrize("training", [False, None])
def test_nothing_happens_outside_training(make, cells, training):
    outputs = make(1)(cells, training=training)
    np.testing.assert_array_equal(outputs["image"], cells["image"])
    np.testing.assert_array_equal(outputs["mask"], cells["mask"])


def test_shapes_and_types_stay(make, cells):
    outputs = make(1)(cells, training=True)
    for name, values in cells.items():
        assert tuple(outputs[name].shape) == values.shape
        assert np.asarray(outputs[name]).dtype == values.dtype


def test_unmeasured_pixels_are_zero(make, cells):
    outputs = make(1)(cells, training=True)
    image, mask = np.asarray(outputs["image"]), np.asarray(outputs["mask"])
    assert mask.any()
    assert (image[~mask] == 0).all()


def test_equal_cells_of_a_batch_get_different_draws(make, cells):
    # One alone in a turn or flip leaves a chance of 4^-15 or 2^-15 that all are drawn alike.
    alike = {name: np.repeat(values[:1], 16, axis=0) for name, values in cells.items()}
    (image,) = images(make(1), alike)
    assert (image != image[:1]).any()


def test_the_same_seed_gives_the_same_stream(make, cells):
    first, again = (images(make(3), cells, passes=3) for _ in range(2))
    np.testing.assert_array_equal(first, again)


def test_the_stream_moves_on_and_another_seed_gives_another(make, cells):
    first, second, third = images(make(3), cells, passes=3)
    assert (first != second).any() or (second != third).any()
    assert (np.stack(images(make(4), cells, passes=3)) != np.stack([first, second, third])).any()


def test_the_state_of_the_stream_is_a_variable_from_which_it_goes_on(make, cells):
    layer, resumed = make(3), make(3)
    images(layer, cells, passes=2)
    for kept, variable in zip(layer.variables, resumed.variables, strict=True):
        variable.assign(keras.ops.convert_to_numpy(keras.ops.convert_to_tensor(kept)))
    assert len(layer.variables) == 1
    np.testing.assert_array_equal(images(layer, cells), images(resumed, cells))


def test_a_layer_is_built_again_from_its_config(make, cells):
    layer = make(6)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    assert type(again) is type(layer)
    np.testing.assert_array_equal(images(layer, cells, 2), images(again, cells, 2))


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_moves_the_pixels_alike(make, cells, dtype):
    half = {"image": keras.ops.cast(cells["image"], dtype), "mask": cells["mask"]}
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(f"mixed_{dtype}")
    try:
        outputs, kept = make(7)(half, training=True), make(7)(cells, training=True)
    finally:
        keras.config.set_dtype_policy(before)
    exact = make(7)(cells, training=True)
    # What comes as float32 stays so; the draws and the places of the pixels are the same.
    np.testing.assert_array_equal(kept["image"], exact["image"])
    assert keras.backend.standardize_dtype(outputs["image"].dtype) == dtype
    np.testing.assert_array_equal(outputs["mask"], exact["mask"])
    np.testing.assert_allclose(
        np.asarray(keras.ops.cast(outputs["image"], "float32")),
        exact["image"],
        atol=0.1 if dtype == "bfloat16" else 0.01,
    )


@pytest.mark.parametrize("make", [LAYERS["flip"], LAYERS["turn"], LAYERS["zoom_normal"]])
def test_image_and_mask_move_together(make, cells):
    layer = make(8)
    for _ in range(4):
        outputs = layer(cells, training=True)
        np.testing.assert_allclose(outputs["image"][..., 0], outputs["mask"], atol=1e-5)
        assert (np.asarray(outputs["mask"]) != cells["mask"]).any()


@pytest.mark.parametrize("make", [LAYERS["shift_normal"], LAYERS["noise"]])
def test_intensities_change_and_the_mask_stays(make, cells):
    np.testing.assert_array_equal(make(9)(cells, training=True)["mask"], cells["mask"])
