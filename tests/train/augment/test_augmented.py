import keras
import numpy as np
import pytest

from nascent.augmentation import PRESETS, Augmentation, SizeRatios
from nascent.train.augment.augmented import Augmented
from nascent.train.augment.choose import augmentation_layers
from nascent.train.layers import MaskedAverage

RATIOS = SizeRatios(0.6, 0.1, 0.3)
SHIFTED = Augmentation("uniform", noise_sd=0.1, zoom="normal", flip=True, turn=True)


def network(dropout=0.5, **options):
    image = keras.Input((32, 32, 3), name="image")
    mask = keras.Input((32, 32), name="mask", dtype="bool")
    x = keras.layers.Conv2D(4, 3, activation="relu")(image)
    x = keras.layers.Dropout(dropout)(keras.layers.GlobalAveragePooling2D()(x))
    x = keras.layers.Concatenate()([x, MaskedAverage()([image, mask])])
    outputs = keras.layers.Dense(1, dtype="float32", **options)(x)
    return keras.Model({"image": image, "mask": mask}, outputs, name="small")


def augmented(augmentation=SHIFTED, seed=1, **options):
    return Augmented(network(**options), augmentation_layers(augmentation, RATIOS, seed=seed))


def test_the_layers_act_one_after_the_other(cells):
    # Compiled as one, they give what each gives by itself.
    found = augmented().augment(cells)
    expected = cells
    for layer in augmentation_layers(SHIFTED, RATIOS, seed=1):
        expected = layer(expected, training=True)
    np.testing.assert_array_equal(found["mask"], expected["mask"])
    np.testing.assert_allclose(found["image"], expected["image"], rtol=1e-4, atol=1e-5)


def test_outside_training_it_is_its_network(cells):
    model = augmented()
    model.compile(loss="mse")
    expected = model.network.predict_on_batch(cells)
    np.testing.assert_allclose(model.predict_on_batch(cells), expected, rtol=1e-6)
    target = np.arange(6, dtype=np.float32)[:, None]
    loss = model.test_on_batch(cells, target)
    assert float(loss) == pytest.approx(((expected - target) ** 2).mean(), rel=1e-5)


def test_in_training_the_network_sees_the_augmented_cells(cells):
    model, twin = augmented(dropout=0.0), augmented(dropout=0.0)
    seen = model.augment(cells)
    twin.network.set_weights(model.network.get_weights())
    found, expected, otherwise = (
        keras.ops.convert_to_numpy(outputs)
        for outputs in (
            twin(cells, training=True),
            model.network(seen, training=True),
            twin(cells, training=False),
        )
    )
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
    assert np.abs(found - otherwise).max() > 0.01


def test_it_learns_on_batches_of_any_size(nuclei):
    model = augmented(PRESETS["color-structure"])
    model.compile(optimizer=keras.optimizers.Adam(0.05), loss="mse")
    cells = nuclei(16)
    rng = np.random.default_rng(3)
    levels = rng.normal(size=(16, 1, 1, 1)).astype(np.float32)
    cells["image"][..., 1:2] = levels * cells["mask"][..., None]
    target = 2 * levels[:, :, 0, 0] + 1
    losses = []
    for step in range(90):
        chosen = slice(0, 16) if step % 2 else slice(3, 10)
        inputs = {name: values[chosen] for name, values in cells.items()}
        losses.append(float(model.train_on_batch(inputs, target[chosen])))
    assert model.test_on_batch(cells, target) < 0.05 * target.var()
    assert np.isfinite(losses).all()


def test_the_penalties_of_the_network_are_in_the_loss(cells):
    target = np.zeros((6, 1), np.float32)
    penalties = {"kernel_regularizer": keras.regularizers.L1L2(0.3, 0.2)}
    model = augmented(Augmentation(), dropout=0.0, **penalties)
    model.compile(optimizer=keras.optimizers.SGD(0.0), loss="mse")
    kernel = np.asarray(model.network.layers[-1].kernel)
    penalty = 0.3 * np.abs(kernel).sum() + 0.2 * (kernel**2).sum()
    mse = (model.network.predict_on_batch(cells) ** 2).mean()
    assert penalty > 0.1
    for step in (model.train_on_batch, model.test_on_batch):
        assert float(step(cells, target)) == pytest.approx(mse + penalty, rel=1e-4)


def test_weights_are_the_networks_and_streams_are_variables():
    model = augmented()
    assert len(model.trainable_variables) == len(model.network.trainable_variables) == 4
    streams = [v for v in model.variables if not any(v is w for w in model.network.variables)]
    assert len(streams) == 5


def test_from_kept_variables_it_goes_on_as_if_nothing_had_been(cells):
    model, resumed = augmented(seed=4, dropout=0.0), augmented(seed=4, dropout=0.0)
    for each in (model, resumed):
        each.compile(optimizer=keras.optimizers.SGD(0.01), loss="mse")
    target = np.arange(6, dtype=np.float32)[:, None]
    for _ in range(3):
        model.train_on_batch(cells, target)
    for kept, variable in zip(model.variables, resumed.variables, strict=True):
        variable.assign(keras.ops.convert_to_numpy(keras.ops.convert_to_tensor(kept)))
    for _ in range(2):
        assert model.train_on_batch(cells, target) == resumed.train_on_batch(cells, target)
    for one, other in zip(model.get_weights(), resumed.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_saved_network_predicts_without_it(cells, tmp_path):
    model = augmented()
    model.network.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(
        loaded.predict_on_batch(cells), model.network.predict_on_batch(cells), rtol=1e-6
    )


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_it_trains_in_mixed_precision(cells, policy):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        model = augmented()
        model.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse")
    finally:
        keras.config.set_dtype_policy(before)
    scales = isinstance(model.optimizer, keras.optimizers.LossScaleOptimizer)
    assert scales == (policy == "mixed_float16")
    target = np.ones((6, 1), np.float32)
    losses = [float(model.train_on_batch(cells, target)) for _ in range(3)]
    assert np.isfinite(losses).all()
    assert model.predict_on_batch(cells).dtype == np.float32
    augmented_image = model.augment(cells)["image"]
    assert keras.backend.standardize_dtype(augmented_image.dtype) == "float32"


def test_it_trains_where_the_whole_step_is_compiled(cells):
    target = np.ones((6, 1), np.float32)
    losses = []
    # The one augmentation without chance: XLA draws other numbers of the same seed.
    for compiled in (False, True):
        keras.utils.set_random_seed(5)
        model = augmented(Augmentation(zoom="equal"), dropout=0.0)
        model.compile(optimizer="adam", loss="mse", jit_compile=compiled)
        losses.append([float(model.train_on_batch(cells, target)) for _ in range(2)])
    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-3)
    model = augmented()
    model.compile(optimizer="adam", loss="mse", jit_compile=True)
    first, second = (float(model.train_on_batch(cells, target)) for _ in range(2))
    assert np.isfinite([first, second]).all()
    assert first != second
