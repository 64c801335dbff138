"""An input that enters by a layer is explained behind it: tokens by their embeddings."""

import keras
import numpy as np
import pandas as pd
import pytest

from nascent.attribute.explained import ExplainedModel
from nascent.attribute.inputs import CellBatch, MethodData
from nascent.attribute.maps import open_maps
from nascent.attribute.method import known_methods, method_of
from nascent.attribute.options import options_of
from nascent.attribute.references import References
from nascent.attribute.stage import Explanation, attribute_shard
from nascent.config.attribution import Method
from nascent.errors import AttributionError
from nascent.examples import InputSpec
from nascent.explain.randomisation.redraw import cascade
from nascent.reader import fitted_reader
from nascent.store_layout import Layout, input_path
from nascent.store_writer import StoreWriter

LENGTH, WORDS, WIDTH = 5, 7, 3
TOKENS = InputSpec("tokens", "pt", (LENGTH, 1), ("token",), enters="embedding")
RNG = np.random.default_rng(4)
TABLE = RNG.normal(size=(WORDS, WIDTH)).astype(np.float32)
WEIGHTS = RNG.normal(size=(LENGTH, WIDTH)).astype(np.float32)
GIVEN = RNG.integers(0, WORDS, (6, LENGTH))
OPTIONS = {
    "integrated_gradients": {"steps": 8, "baseline": "black"},
    "vargrad": {"over": "gradient", "samples": 2, "sigma": 0.5},
    "smoothgrad": {"samples": 2, "sigma": 0.5},
    "smoothgrad_squared": {"samples": 2, "sigma": 0.5},
    "expected_gradients": {"samples": 3, "references": 4},
    "occlusion": {"window": 1, "stride": 1, "baseline": "black"},
    "channel_ablation": {"to": "baseline", "baseline": "black"},
}


def network(square: bool = False) -> keras.Model:
    """f = Σ w e, or Σ w e², of the embeddings e of the tokens."""
    tokens = keras.Input((LENGTH, 1), name="tokens")
    row = keras.layers.Reshape((LENGTH,))(tokens)
    found = keras.layers.Embedding(WORDS, WIDTH, name="embedding")(row)
    found = keras.layers.Multiply()([found, found]) if square else found
    output = keras.layers.Dense(1, use_bias=False, name="output")(keras.layers.Flatten()(found))
    model = keras.Model({"tokens": tokens}, output)
    model.get_layer("embedding").set_weights([TABLE])
    model.get_layer("output").set_weights([WEIGHTS.reshape(-1, 1)])
    return model


@pytest.fixture(scope="module", params=[False, True], ids=["linear", "square"])
def study(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tokens")
    with StoreWriter(folder / "a.h5", Layout((TOKENS,), {"tokens": np.uint8})) as writer:
        for row in GIVEN:
            writer.append({input_path("tokens"): row[:, None].astype(np.uint8)})
        writer.examples = pd.DataFrame({"id": range(len(GIVEN)), "group": "g"})
    network(request.param).save(folder / "model.keras")
    return folder, request.param


def explain(folder, method, out="maps.h5", **options):
    given = Method(method=method, **{**OPTIONS.get(method, {}), **options}).options()
    attribute_shard(
        folder / "model.keras",
        folder / "a.h5",
        folder / out,
        how=Explanation(method, options_of(method, given), 1, precision="float32"),
        reader=fitted_reader([folder / "a.h5"]),
        state_dir=folder / "state",
        record={},
        training_paths=[folder / "a.h5"],
    )
    return folder / out


def maps_of(path):
    with open_maps(path) as maps:
        return np.stack(list(maps)), maps.channels, maps.cells


def test_maps_are_the_gradients_by_the_embeddings(study):
    folder, square = study
    found, features, cells = maps_of(explain(folder, "gradient"))
    embedded = TABLE[GIVEN]
    known = 2 * WEIGHTS * embedded if square else np.broadcast_to(WEIGHTS, embedded.shape)
    np.testing.assert_allclose(found, known, atol=1e-5)
    assert features == ["embedding_0", "embedding_1", "embedding_2"]
    np.testing.assert_allclose(
        cells["prediction"], (WEIGHTS * embedded ** (1 + square)).sum(axis=(1, 2)), atol=1e-4
    )


def test_integrated_gradients_begin_at_the_embedding_of_the_baseline(study):
    folder, square = study
    found, _, cells = maps_of(explain(folder, "integrated_gradients"))
    start, embedded = TABLE[0], TABLE[GIVEN]
    # Of Σ w e² the path integral from e′ is w (e² − e′²).
    power = 1 + square
    np.testing.assert_allclose(found, WEIGHTS * (embedded**power - start**power), atol=1e-4)
    known = (WEIGHTS * start**power).sum()
    np.testing.assert_allclose(cells["prediction_baseline"], known, atol=1e-4)


def test_occluding_a_position_is_exchanging_its_token(study):
    folder, square = study
    found, _, _ = maps_of(explain(folder, "occlusion"))
    model = network(square)
    whole = model.predict_on_batch({"tokens": GIVEN[..., None]})[:, 0]
    for place in range(LENGTH):
        changed = GIVEN.copy()
        changed[:, place] = 0
        drop = whole - model.predict_on_batch({"tokens": changed[..., None]})[:, 0]
        np.testing.assert_allclose(found[:, place, 0], drop, atol=1e-4)


def test_expected_gradients_go_from_the_embeddings_of_other_examples(study):
    folder, square = study
    found, _, cells = maps_of(explain(folder, "expected_gradients", samples=64, references=6))
    if not square:
        # The gradient is the same everywhere: what is left is the mean difference.
        gap = found.sum(axis=(1, 2)) - (cells["prediction"] - cells["prediction_baseline"])
        np.testing.assert_allclose(gap, 0, atol=1e-4)


@pytest.mark.parametrize("method", known_methods())
def test_every_method_explains_tokens_or_says_why_not(study, method):
    folder, _ = study
    try:
        found, _, _ = maps_of(explain(folder, method))
    except AttributionError as error:
        assert "cam" in method, error
        return
    assert np.isfinite(found).all() and found.shape[-1] in (1, WIDTH)


@pytest.mark.parametrize(
    "given",
    [
        {"method": "integrated_gradients"},
        {"method": "integrated_gradients", "baseline": "training_cells"},
        {"method": "occlusion"},
        {"method": "expected_gradients"},
        {"method": "channel_ablation", "to": "permutation", "samples": 3},
    ],
    ids=lambda given: "-".join(map(str, given.values())),
)
def test_tokens_are_compared_by_the_embeddings_that_the_model_has_now(given):
    """Baselines and drawn examples go through the redrawn layer as the explained example does."""
    name = given["method"]
    usual = {} if "to" in given else OPTIONS[name]
    options = Method(**{**usual, **given}).options()
    measured = np.ones(GIVEN.shape, bool)
    tokens = GIVEN[..., None].astype(np.float32)
    data = MethodData(1, references=References(tokens[2:], measured[2:]))
    batch = CellBatch(tokens[:2], measured[:2], [0, 1])

    def ready(model):
        explained = ExplainedModel(model, name="tokens", mask=None, enters="embedding")
        return method_of(name).ready(explained, data, options_of(name, options))

    model = network(square=True)
    prepared = ready(model)
    trained = prepared(batch).maps
    for _ in cascade(model, 1, np.random.default_rng(5)):
        redrawn = prepared(batch).maps
        assert not np.allclose(redrawn, trained, rtol=0.1)
        np.testing.assert_array_equal(redrawn, ready(model)(batch).maps)
    np.testing.assert_array_equal(prepared(batch).maps, trained)


@pytest.mark.parametrize("baseline", ["blurred", "noise", "training_mean"])
def test_a_baseline_between_tokens_is_refused(study, baseline):
    folder, _ = study
    with pytest.raises(AttributionError, match=r"takes whole ones.*black, training_cells"):
        explain(folder, "integrated_gradients", baseline=baseline)


def test_a_layer_that_is_not_there_or_changes_the_places_is_refused():
    model = network()
    with pytest.raises(AttributionError, match=r"no layer 'embeding'.*Did you mean 'embedding'"):
        ExplainedModel(model, name="tokens", mask=None, enters="embeding")
    with pytest.raises(AttributionError, match="keeps its places"):
        ExplainedModel(model, name="tokens", mask=None, enters="output")
