import numpy as np
import pytest

from nascent.embed.vectors import embedding_layer
from nascent.errors import TrainError
from nascent.examples import InputSpec
from nascent.train.architectures.build import build
from nascent.train.architectures.options import Layers

IMAGE = InputSpec("image", "yxc", (8, 8, 2), ("a", "b"), measured=True)
COLUMNS = InputSpec("columns", "f", (3,), ("x", "y", "z"))


def given(rng):
    return {
        "image": rng.normal(size=(5, 8, 8, 2)).astype("f4"),
        "mask": rng.random((5, 8, 8)) < 0.7,
        "columns": rng.normal(size=(5, 3)).astype("f4"),
    }


def test_the_vectors_are_what_the_output_layer_reads():
    model = build("simple_cnn", (IMAGE, COLUMNS), target_mean=7.0, layers=Layers(widths=(4, 6)))
    rng = np.random.default_rng(0)
    output = model.get_layer("output")
    output.set_weights([rng.normal(size=weights.shape) for weights in output.get_weights()])
    layer = embedding_layer(model)
    inputs = {name: values for name, values in given(rng).items() if name in model.input}
    vectors = layer.network.predict_on_batch(inputs)
    kernel, bias = output.get_weights()
    assert vectors @ kernel + bias + 7 == pytest.approx(model.predict_on_batch(inputs), abs=1e-4)
    assert embedding_layer(model, layer.name).network.predict_on_batch(inputs) == pytest.approx(
        vectors
    )


def test_values_at_places_are_averaged_and_an_unknown_layer_is_refused():
    model = build("simple_cnn", (IMAGE,), layers=Layers(widths=(4, 6), embedding=3))
    assert embedding_layer(model).network.output.shape == (None, 3)
    placed = next(layer.name for layer in model.layers if len(layer.output.shape) == 4)
    assert len(embedding_layer(model, placed).network.output.shape) == 2
    with pytest.raises(TrainError, match=r"embeding.*embedding"):
        embedding_layer(model, "embeding")
