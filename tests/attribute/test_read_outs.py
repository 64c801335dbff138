"""What is explained of a model's outputs: one of them, or a number that is made of several."""

import numpy as np
import pytest
from keras import ops

from nascent.attribute.method import method_of
from nascent.attribute.options import options_of
from nascent.attribute.read_outs import FIRST, ReadOut, output, read_out_of
from nascent.config.attribution import Method
from nascent.errors import StoreError
from nascent.examples import TargetSpec, column_target
from nascent.reader import Reader

SHAPE = (6, 6, 2)
LABELS = TargetSpec("labels", "distribution", "labels", "", None, axes="yx", levels=("a", "b", "c"))
INTO = np.array([[0.5, -0.2, 0.9], [0.1, 0.4, -0.7]], np.float32)
"""Two features → the logits of three labels, at each place."""

DIFFERENCE = ReadOut("difference", lambda outputs: outputs[:, 1] - outputs[:, 0])


def logits(x):
    return ops.matmul(x, INTO)


def softmax(values):
    sizes = np.exp(values)
    return sizes / sizes.sum(axis=-1, keepdims=True)


def test_the_difference_of_two_outputs_has_the_difference_of_their_gradients(
    explained, weights, nuclei
):
    def both(x):
        own = ops.sum(x * weights, axis=(1, 2, 3)), ops.sum(x**2, axis=(1, 2, 3))
        return ops.stack(own, axis=1)

    cells = nuclei(3)
    model = explained(both, SHAPE, DIFFERENCE)
    outputs, gradients = model.gradients(cells.images, cells.masks)
    x = cells.images.astype(np.float64)
    np.testing.assert_allclose(outputs, (x**2 - weights * x).sum(axis=(1, 2, 3)), rtol=1e-4)
    np.testing.assert_allclose(gradients, 2 * x - weights, rtol=1e-4, atol=1e-5)
    alone = (explained(both, SHAPE, output(place)) for place in (0, 1))
    first, second = (each.gradients(cells.images, cells.masks)[1] for each in alone)
    np.testing.assert_allclose(gradients, second - first, rtol=1e-4, atol=1e-5)


def test_the_mean_of_an_image_of_labels_has_the_gradient_of_its_formula(explained, nuclei):
    cells = nuclei(3)
    mean = read_out_of(Reader((), (LABELS,)))
    assert mean.name == "mean"
    outputs, gradients = explained(logits, SHAPE, mean).gradients(cells.images, cells.masks)
    q = softmax(cells.images @ INTO)
    value = q @ np.arange(3)
    np.testing.assert_allclose(outputs, value.mean(axis=(1, 2)), rtol=1e-5)
    # ∂m/∂l_k = q_k (k − m) at each of the 36 places, m = Σ k q_k.
    by_logit = q * (np.arange(3) - value[..., None]) / 36
    np.testing.assert_allclose(gradients, by_logit @ INTO.T, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("name", ["integrated_gradients", "expected_gradients", "occlusion"])
def test_a_method_explains_the_read_out_and_nothing_else(explained, nuclei, name):
    from nascent.attribute.references import References

    cells = nuclei(2)
    few = {"steps": 64, "references": 3, "samples": 3, "batch_size": 4}
    usual = options_of(name, Method(method=name).options())
    options = {key: few.get(key, value) for key, value in usual.items()}
    found = [
        method_of(name).attribute(
            explained(formula, SHAPE, read_out),
            cells,
            3,
            options,
            training_mean=np.zeros(2, np.float32),
            references=References(cells.images[::-1].copy(), cells.masks[::-1].copy()),
        )
        for formula, read_out in (
            (logits, read_out_of(Reader((), (LABELS,)), "mean")),
            # The same number by a model that puts out no other.
            (lambda x: read_out_of(Reader((), (LABELS,)), "mean").of(logits(x)), FIRST),
        )
    ]
    assert found[0].maps.any()
    np.testing.assert_allclose(found[0].maps, found[1].maps, rtol=1e-4, atol=1e-7)
    np.testing.assert_allclose(found[0].prediction, found[1].prediction, rtol=1e-5)


def test_read_outs_are_those_of_the_task_by_name():
    two = Reader((), (column_target("rate"), column_target("area")))
    classes = Reader((), (column_target("kind", "classes", levels=("low", "mid", "high")),))
    outputs = np.array([[3.0, 5.0, 7.0]])
    for reader, name, expected in (
        (two, None, ("rate", 3)),
        (two, "area", ("area", 5)),
        (classes, None, ("high", 7)),
        (classes, "mid", ("mid", 5)),
        (Reader(()), None, ("", 3)),
        (Reader(()), "", ("", 3)),
    ):
        found = read_out_of(reader, name)
        assert (found.name, found.of(outputs)[0]) == expected
    with pytest.raises(StoreError, match=r"no 'mida', but low, mid, high. Did you mean 'mid'"):
        read_out_of(classes, "mida")
    with pytest.raises(StoreError, match="no 'rate', but nothing known"):
        read_out_of(Reader(()), "rate")
