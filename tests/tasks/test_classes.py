import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sk
from sklearn.calibration import calibration_curve as sk_curve

from nascent.errors import TrainError
from nascent.task import task_of
from nascent.tasks._class_tables import calibration_curve, confusion
from nascent.tasks.classes import class_weights

TASK = task_of("classes")


def predictions(seed, n, k, *, ties=False, runs=1):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, k, n)
    p = rng.dirichlet(np.ones(k), (n, runs))
    if ties:
        # Quarters: many equal scores, and still probabilities.
        p = rng.multinomial(4, np.full(k, 1 / k), (n, runs)) / 4
    return y, p


def values(y, p):
    return {name: value[0] for name, value in TASK.values(y, p).items()}


def test_metrics_of_four_examples_worked_by_hand():
    y = np.array([0, 0, 1, 1])
    p = np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8], [0.3, 0.7]])[:, None]
    got = values(y, p)
    assert got["accuracy"] == 0.75
    # Recall of 0 is 1/2, of 1 it is 1.
    assert got["balanced_accuracy"] == 0.75
    # F1 of 0: 2/(2 + 1); of 1: 4/(4 + 1).
    assert got["macro_f1"] == pytest.approx((2 / 3 + 4 / 5) / 2)
    # p(1) of class 1: 0.8, 0.7; of class 0: 0.1, 0.6: every pair is ranked rightly.
    assert got["auroc"] == 1
    assert got["log_loss"] == pytest.approx(-np.log([0.9, 0.4, 0.8, 0.7]).mean())
    assert got["brier"] == pytest.approx(2 * (0.01 + 0.36 + 0.04 + 0.09) / 4)


@given(seed=st.integers(0, 10**6), n=st.integers(6, 60), k=st.integers(2, 5), ties=st.booleans())
def test_metrics_agree_with_those_of_scikit_learn(seed, n, k, ties):
    y, p = predictions(seed, n, k, ties=ties)
    y[:k] = np.arange(k)  # every class is there: scikit-learn has no AUROC otherwise
    got, said = values(y, p), p[:, 0].argmax(axis=1)
    assert got["accuracy"] == pytest.approx(sk.accuracy_score(y, said))
    assert got["balanced_accuracy"] == pytest.approx(sk.balanced_accuracy_score(y, said))
    assert got["macro_f1"] == pytest.approx(sk.f1_score(y, said, average="macro"))
    clipped = np.maximum(p[:, 0], 1e-15)
    by_row = -np.log(clipped[np.arange(n), y]).mean()
    assert got["log_loss"] == pytest.approx(by_row)
    if not ties:
        assert got["log_loss"] == pytest.approx(sk.log_loss(y, p[:, 0], labels=np.arange(k)))
    brier = np.mean([sk.brier_score_loss(y == c, p[:, 0, c]) for c in range(k)]) * k
    assert got["brier"] == pytest.approx(brier)
    auroc = np.mean([sk.roc_auc_score(y == c, p[:, 0, c]) for c in range(k)])
    assert got["auroc"] == pytest.approx(auroc)


@given(seed=st.integers(0, 10**6), n=st.integers(3, 25), ties=st.booleans())
def test_auroc_is_the_share_of_pairs_ranked_rightly_in_every_resample(seed, n, ties):
    y, p = predictions(seed, n, 3, ties=ties, runs=2)
    counts = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), 4).astype(float)
    found = TASK.resampled(y, p, [counts])["auroc"]
    for draw, held in enumerate(counts):
        rows = np.repeat(np.arange(n), held.astype(int))
        for run in range(2):
            of_classes = []
            for c in range(3):
                own, rest = rows[y[rows] == c], rows[y[rows] != c]
                pairs = [np.sign(p[a, run, c] - p[b, run, c]) / 2 + 0.5 for a in own for b in rest]
                of_classes += [np.mean(pairs)] if pairs else []
            expected = np.mean(of_classes) if of_classes else np.nan
            np.testing.assert_allclose(found[draw, run], expected)


@given(seed=st.integers(0, 10**6), k=st.integers(2, 5))
def test_metrics_do_not_depend_on_how_classes_are_numbered(seed, k):
    y, p = predictions(seed, 40, k)
    order = np.random.default_rng(seed).permutation(k)
    first, second = values(y, p), values(np.argsort(order)[y], p[..., order])
    for name in TASK.metrics:
        assert second[name] == pytest.approx(first[name], nan_ok=True), name


def test_certain_and_ignorant_predictions():
    y = np.array([0, 1, 2, 2])
    right = values(y, np.eye(3)[y][:, None])
    assert [right[name] for name in TASK.metrics] == [1, 1, 1, 1, 0, 0, 1]
    none = values(y, np.full((4, 1, 3), 1 / 3))
    assert none["log_loss"] == pytest.approx(np.log(3))
    assert none["brier"] == pytest.approx(2 / 3)
    assert none["auroc"] == 0.5
    assert none["balanced_accuracy"] == pytest.approx(1 / 3)
    # Certain and wrong is no infinite loss.
    assert values(y, np.eye(3)[(y + 1) % 3][:, None])["log_loss"] == pytest.approx(-np.log(1e-15))


def test_a_class_that_is_not_there_stays_out_of_the_means():
    y = np.array([0, 0, 1])
    p = np.array([[0.8, 0.1, 0.1], [0.6, 0.2, 0.2], [0.3, 0.5, 0.2]])[:, None]
    got = values(y, p)
    assert got["balanced_accuracy"] == 1
    assert got["macro_f1"] == 1
    assert got["auroc"] == 1
    assert np.isnan(values(np.zeros(3, int), p)["auroc"])


@pytest.mark.parametrize(
    ("y", "p", "message"),
    [
        ([0, 3], [[0.5, 0.5], [0.5, 0.5]], "3 is the number of none of 2 classes"),
        ([0, 1], [[0.5, 0.6], [0.5, 0.5]], "do not sum to 1"),
        ([0, 1], [[0.5, np.nan], [0.5, 0.5]], "do not sum to 1"),
        ([0, 1], [[0.5, 0.5]], "cannot be compared"),
    ],
)
def test_bad_input_is_refused(y, p, message):
    with pytest.raises(TrainError, match=message):
        values(np.array(y), np.array(p)[:, None])


def test_the_table_holds_names_and_probabilities_and_comes_back():
    y, p = np.array([1, 0]), np.array([[0.25, 0.75], [0.5, 0.5]])
    table = TASK.table([7, 8], y, p, ["01", "TSA"])
    assert list(table.columns) == ["id", *TASK.columns(["01", "TSA"])]
    assert list(table["true_class"]) == ["TSA", "01"]
    assert list(table["predicted_class"]) == ["TSA", "01"]
    assert list(table["p_TSA"]) == [0.75, 0.5]
    again = TASK.read(table)
    np.testing.assert_array_equal(again[0], y)
    np.testing.assert_array_equal(again[1], p)
    with pytest.raises(TrainError, match="no probability of the class 'CX'"):
        TASK.read(table.assign(true_class=["TSA", "CX"]))


def test_the_confusion_matrix_is_that_of_scikit_learn():
    y, p = predictions(5, 50, 4)
    np.testing.assert_array_equal(
        confusion(y, p[:, 0]), sk.confusion_matrix(y, p[:, 0].argmax(axis=1))
    )
    assert confusion(y, p[:, 0], np.full(50, 0.0)).sum() == 0


def test_the_calibration_curve_is_that_of_scikit_learn():
    rng = np.random.default_rng(6)
    p = rng.uniform(size=400)
    y = (rng.uniform(size=400) < p).astype(int)
    table = calibration_curve(y, np.column_stack([1 - p, p]), bins=5, confidence=0.95)
    own = table[table["class"] == 1]
    share, mean = sk_curve(y, p, n_bins=5)
    np.testing.assert_allclose(own["share"], share)
    np.testing.assert_allclose(own["probability"], mean)
    assert own["n"].sum() == 400
    # Wilson: the roots of (share − q)² n = z² q (1 − q).
    row, z2 = own.iloc[0], 1.959963984540054**2
    for q in (row["share_low"], row["share_high"]):
        assert (row["share"] - q) ** 2 * row["n"] == pytest.approx(z2 * q * (1 - q))


def test_balanced_weights_make_classes_count_alike():
    y = np.array([0, 0, 0, 1])
    np.testing.assert_allclose(class_weights(y, 2, "balanced"), [4 / 6, 2])
    assert class_weights(y, 2, "balanced")[y].mean() == 1
    assert class_weights(y, 2, "none") is None


def test_outputs_are_logits_and_their_softmax_the_prediction():
    p = np.array([[0.2, 0.8], [0.5, 0.5]])
    np.testing.assert_allclose(TASK.of_targets(np.log(p) + 1000)[0], p)
    assert TASK.read_outs(["a", "b"])["b"](np.log(p))[0] == np.log(0.8)


def test_of_classes_against_the_rest_the_sigmoids_are_the_prediction():
    """With logits ± ln(p / (1 − p)) of two classes it is p; their softmax would be sharper."""
    logits = np.log(np.array([[0.8 / 0.2, 0.2 / 0.8], [0.9 / 0.1, 0.3 / 0.7]]))
    (found,) = TASK.of_targets(logits, "binary_cross_entropy")
    np.testing.assert_allclose(found, [[0.8, 0.2], [0.75, 0.25]])
    (far,) = TASK.of_targets(np.array([[900.0, -900.0], [-900.0, -900.0]]), "binary_cross_entropy")
    np.testing.assert_allclose(far, [[1, 0], [0.5, 0.5]])


def test_a_constant_prediction_has_no_spread_wherever_its_logits_lie():
    drift = np.linspace(0, 9, 5)[:, None]
    assert TASK.spread(np.array([[0.3, 0.7]]) + drift, (1, 1)) == pytest.approx(0, abs=1e-12)
    assert TASK.spread(np.eye(2), (1, 1)) > 0.5


def test_numbers_are_indicators_whose_variance_can_be_divided():
    np.testing.assert_array_equal(TASK.numbers(np.array([2, 0])), [[0, 1], [1, 0]])


class TestLoss:
    """With a framework."""

    logits = np.array([[2.0, -1.0, 0.5], [0.0, 0.0, 0.0], [-3.0, 1.0, 1.0]], np.float32)
    y = np.array([[0.0], [2.0], [1.0]], np.float32)

    def loss(self, name, **options):
        import keras

        loss = TASK.loss(name, (1.0, 1.0, 1.0), **options)
        return keras.ops.convert_to_numpy(loss(self.y, self.logits, options.get("weight")))

    def test_cross_entropy_is_minus_the_log_of_the_softmax(self):
        p = TASK.of_targets(self.logits)[0]
        np.testing.assert_allclose(
            self.loss("cross_entropy"), -np.log(p[[0, 1, 2], [0, 2, 1]]), rtol=1e-6
        )

    def test_smoothing_moves_part_of_the_target_to_all_classes(self):
        import keras

        found = self.loss("cross_entropy", label_smoothing=0.3)
        theirs = keras.losses.CategoricalCrossentropy(
            from_logits=True, label_smoothing=0.3, reduction=None
        )(np.eye(3)[[0, 2, 1]], self.logits)
        np.testing.assert_allclose(found, keras.ops.convert_to_numpy(theirs), rtol=1e-5)

    def test_sigmoid_takes_each_class_against_the_rest(self):
        p = 1 / (1 + np.exp(-self.logits.astype(float)))
        true = np.eye(3)[[0, 2, 1]]
        expected = -(true * np.log(p) + (1 - true) * np.log(1 - p)).sum(axis=1)
        np.testing.assert_allclose(self.loss("binary_cross_entropy"), expected, rtol=1e-5)

    def test_weights_of_classes_multiply_and_a_missing_label_costs_nothing(self):
        plain = self.loss("cross_entropy")
        weighed = self.loss("cross_entropy", class_weights=[1.0, 2.0, 4.0])
        np.testing.assert_allclose(weighed, plain * [1, 4, 2], rtol=1e-6)
        loss = TASK.loss("cross_entropy", (1, 1, 1))
        found = np.asarray(loss(self.y, self.logits, np.array([1.0, 0.0, 1.0], np.float32)))
        np.testing.assert_allclose(found, plain * [1, 0, 1], rtol=1e-6)
