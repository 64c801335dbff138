import h5py
import keras
import numpy as np
import pytest

from nascent.errors import TrainError
from nascent.examples import image_input
from nascent.train.architectures.build import build
from nascent.train.architectures.options import Layers
from nascent.train.layer_names import canonical_names
from nascent.train.weights import spread, start_from

NAME = "MobileNetV3Small"


def rgb_backbone():
    make = keras.applications.MobileNetV3Small
    return make(
        weights=None, include_top=False, input_shape=(32, 32, 3), include_preprocessing=False
    )


def values(model):
    return {
        weight.path: keras.ops.convert_to_numpy(weight).copy()
        for layer in model.layers
        for weight in layer.weights
    }


def randomise(model, seed=1):
    generator = keras.random.SeedGenerator(seed)
    for weight in model.weights:
        weight.assign(keras.random.uniform(weight.shape, 0.1, 1.0, seed=generator))
    return model


def until(model, layer, inputs):
    image = model.inputs[0]
    part = keras.Model(image, model.get_layer(layer).output)
    return part.predict(inputs, verbose=0)


@pytest.fixture(scope="module")
def backbone(tmp_path_factory):
    """A backbone over three channels, and its weights in each kind of file."""
    folder = tmp_path_factory.mktemp("weights")
    model = rgb_backbone()
    model.save_weights(folder / "kept.weights.h5")
    model.save(folder / "kept.keras")
    with h5py.File(folder / "kept.h5", "w") as file:
        file.attrs["layer_names"] = [layer.name for layer in model.layers]
        for layer in model.layers:
            group = file.create_group(layer.name)
            group.attrs["weight_names"] = [f"{weight.name}:0" for weight in layer.weights]
            for weight in layer.weights:
                group[f"{weight.name}:0"] = keras.ops.convert_to_numpy(weight)
    return model, folder


FILES = ["kept.weights.h5", "kept.keras", "kept.h5"]


@pytest.mark.parametrize("file", FILES)
def test_equal_channels_excite_the_first_convolution_as_rgb_does(backbone, file):
    rgb, folder = backbone
    model = build(NAME, [image_input(32, 7)])
    start_from(model, folder / file)
    level = np.random.default_rng(0).normal(size=(2, 32, 32, 1)).astype(np.float32)
    np.testing.assert_allclose(
        until(model, "conv", level.repeat(7, axis=3)),
        until(rgb, "conv", level.repeat(3, axis=3)),
        rtol=1e-4,
        atol=1e-5,
    )


@pytest.mark.parametrize("file", FILES)
def test_all_layers_of_the_backbone_and_no_other_get_its_weights(backbone, file):
    rgb, folder = backbone
    model = build(NAME, [image_input(32, 3)])
    before = values(model)
    given = start_from(model, folder / file)
    assert given == [layer.name for layer in rgb.layers if layer.weights]
    after, wanted = values(model), values(rgb)
    for path, value in after.items():
        expected = wanted[path] if path in wanted else before[path]
        np.testing.assert_array_equal(value, expected, err_msg=path)
    assert {path.split("/")[0] for path in set(after) - set(wanted)} == {
        *("head_1", "head_1_norm", "head_2", "head_2_norm", "output")
    }


def test_a_kernel_over_more_channels_is_the_mean_times_the_ratio():
    kernel = np.random.default_rng(0).normal(size=(3, 3, 3, 8)).astype(np.float32)
    wide = spread(kernel, 33)
    assert wide.shape == (3, 3, 33, 8)
    for channel in range(33):
        np.testing.assert_allclose(
            wide[:, :, channel], kernel.mean(axis=2) * 3 / 33, rtol=1e-5, atol=1e-7
        )


def test_a_kernel_over_as_many_channels_stays_channel_by_channel():
    kernel = np.arange(54.0).reshape(3, 3, 3, 2)
    np.testing.assert_array_equal(spread(kernel, 3), kernel)


def test_a_model_goes_on_from_one_over_other_channels(tmp_path):
    source = randomise(build("simple_cnn", [image_input(8, 3)]))
    source.save(tmp_path / "model.keras")
    model = build("simple_cnn", [image_input(16, 5)])
    given = start_from(model, tmp_path / "model.keras")
    assert given == [layer.name for layer in model.layers if layer.weights]
    level = np.random.default_rng(0).normal(size=(2, 16, 16, 1)).astype(np.float32)
    wide = {"image": level.repeat(5, axis=3), "mask": np.ones((2, 16, 16), bool)}
    same = build("simple_cnn", [image_input(16, 3)])
    start_from(same, tmp_path / "model.keras")
    narrow = wide | {"image": level.repeat(3, axis=3)}
    np.testing.assert_allclose(
        model.predict(wide, verbose=0), same.predict(narrow, verbose=0), rtol=1e-4
    )


def test_frozen_layers_stay_as_they_are_in_training(backbone):
    _, folder = backbone
    model = build(NAME, [image_input(32, 3)])
    given = start_from(model, folder / "kept.weights.h5", freeze=True)
    assert {weight.path.split("/")[0] for weight in model.trainable_weights} == {
        *("head_1", "head_1_norm", "head_2", "head_2_norm", "output")
    }
    before = values(model)
    model.compile(optimizer="sgd", loss="mse")
    cells = {
        "image": np.random.default_rng(0).random((4, 32, 32, 3)),
        "mask": np.ones((4, 32, 32), bool),
    }
    model.train_on_batch(cells, np.arange(4.0)[:, None])
    after = values(model)
    changed = {path.split("/")[0] for path in after if (after[path] != before[path]).any()}
    assert "output" in changed
    assert not changed & set(given)


@pytest.mark.slow
@pytest.mark.parametrize(
    "file", ["kept.weights.h5", pytest.param("kept.h5", marks=pytest.mark.nightly)]
)
def test_layers_inside_of_layers_are_found_in_each_kind_of_file(tmp_path, file):
    make = keras.applications.ConvNeXtTiny
    source = make(
        weights=None, include_top=False, input_shape=(32, 32, 3), include_preprocessing=False
    )
    randomise(source)
    (source.save_weights if "weights" in file else source.save)(tmp_path / file)
    # Keras numbers unnamed layers through the whole process, and other tests built some before.
    names = canonical_names(layer.name for layer in source.layers)
    model = build("ConvNeXtTiny", [image_input(32, 3)])
    start_from(model, tmp_path / file)
    for layer in source.layers[1:]:
        found = model.get_layer(names[layer.name]).get_weights()
        for value, wanted in zip(found, layer.get_weights(), strict=True):
            np.testing.assert_array_equal(value, wanted)
    wide = build("ConvNeXtTiny", [image_input(32, 6)])
    start_from(wide, tmp_path / file)
    stem = wide.get_layer("convnext_tiny_stem").layers[0].kernel
    wanted = source.get_layer("convnext_tiny_stem").layers[0].kernel
    np.testing.assert_allclose(
        keras.ops.sum(stem, axis=2), keras.ops.sum(wanted, axis=2), rtol=1e-5
    )


def refused(model, path, match):
    before = values(model)
    with pytest.raises(TrainError, match=match):
        start_from(model, path)
    after = values(model)
    for name in before:
        np.testing.assert_array_equal(after[name], before[name])


def test_weights_that_do_not_fit_name_the_layer_and_both_shapes(tmp_path):
    build("simple_cnn", [image_input(8, 3)]).save(tmp_path / "model.keras")
    model = build("simple_cnn", [image_input(8, 3)], layers=Layers(widths=(64, 32)))
    refused(
        model,
        tmp_path / "model.keras",
        r"layer 'conv_2' do not fit: the file has \(3, 3, 64, 128\), \(128,\),"
        r" the model \(3, 3, 64, 32\), \(32,\)",
    )


def test_a_later_convolution_is_not_adapted(tmp_path):
    build("simple_cnn", [image_input(8, 3)], layers=Layers(widths=(8, 4))).save(
        tmp_path / "model.keras"
    )
    model = build("simple_cnn", [image_input(8, 3)], layers=Layers(widths=(6, 4)))
    refused(model, tmp_path / "model.keras", "layer 'conv_1' do not fit")


def test_other_outputs_are_refused_and_not_left_fresh(tmp_path):
    build("linear", [image_input(8, 3)]).save(tmp_path / "model.keras")
    model = build("linear", [image_input(8, 3)], target_mean=[0.0, 1.0], target_sd=[1.0, 1.0])
    refused(model, tmp_path / "model.keras", r"layer 'output' do not fit.*\(3, 1\).*\(3, 2\)")


def test_means_of_other_channels_are_refused(tmp_path):
    build("linear", [image_input(8, 3)]).save(tmp_path / "model.keras")
    refused(build("linear", [image_input(8, 4)]), tmp_path / "model.keras", "layer 'output'")


def test_a_file_of_another_architecture_is_refused(tmp_path):
    rgb_backbone().save_weights(tmp_path / "kept.weights.h5")
    refused(
        build("linear", [image_input(8, 3)]),
        tmp_path / "kept.weights.h5",
        r"no layer of linear has a name in the file, which holds .*its layers are output",
    )


def test_a_missing_file_is_named(tmp_path):
    refused(
        build("linear", [image_input(8, 3)]),
        tmp_path / "resnet.h5",
        r"resnet\.h5: there is no such file of weights",
    )


@pytest.mark.parametrize("file", ["kept.weights.h5", "kept.keras"])
def test_half_a_file_is_refused(backbone, file, tmp_path):
    _, folder = backbone
    whole = (folder / file).read_bytes()
    (tmp_path / file).write_bytes(whole[: len(whole) // 2])
    refused(build("linear", [image_input(8, 3)]), tmp_path / file, "truncated or holds no weights")


def test_a_zip_without_weights_is_refused(tmp_path):
    np.savez(tmp_path / "kept.npz", a=1)
    refused(
        build("linear", [image_input(8, 3)]), tmp_path / "kept.npz", "holds no weights of Keras"
    )
