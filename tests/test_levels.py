"""Verdicts keep their level: what `benchmarks/levels.py` measures, with few studies."""

import sys
from pathlib import Path

import numpy as np
import pytest

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
GROSS = 3
"""Times its nominal rate: grossly broken. A bootstrap of three wells errs 20 times as often."""


@pytest.fixture(scope="module")
def levels():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCHMARKS))
        import levels

        yield levels
    for name in ("levels", "_designs", "_map_verdicts", "_table_verdicts"):
        sys.modules.pop(name, None)


def outcome(levels, name, design, studies, effect=0.0):
    case = next(case for case in levels.CASES if case.name == name)
    found = levels.tried(case, design, effect, studies, np.random.default_rng(1))
    return case, found


@pytest.mark.parametrize(
    ("name", "studies"),
    [
        ("mean over cells against 0", 3000),
        ("attention: features", 3000),
        ("importance against random weights", 2000),
        ("model against the best reference predictor", 100),
        ("deletion and insertion", 100),
        ("truth", 180),
    ],
)
def test_with_three_wells_that_differ_verdicts_are_seldom_wrong(levels, name, studies):
    case, found = outcome(levels, name, levels.Design(3, between=1.0, repeats=2), studies)
    for claim, claims in found.claims.items():
        # Few studies: what is above the bound by chance alone in one test of ten thousand passes.
        bound = levels.stats.binom.ppf(0.9999, len(claims), GROSS * case.nominal_of(claim))
        assert claims.sum() <= bound, claim


@pytest.mark.parametrize("case", ["mean over cells against 0", "deletion and insertion", "truth"])
def test_of_two_wells_nothing_is_claimed(levels, case):
    _, found = outcome(levels, case, levels.Design(2), 10)
    assert all(np.isnan(claims).all() for claims in found.claims.values())


def test_the_common_rule_is_as_wrong_as_the_page_says(levels):
    _, found = outcome(levels, levels.PEER, levels.Design(3, between=1.0), 1000)
    # All three wells above 0, one case in eight: no percentile lies beyond their own range.
    assert 0.09 < found.claims["above"].mean() < 0.16


def test_what_is_there_is_found(levels):
    _, found = outcome(levels, "mean over cells against 0", levels.Design(8), 500, effect=1.0)
    assert found.claims["above"].mean() > 0.95


def test_skewed_cells_of_many_wells_keep_the_level(levels):
    design = levels.Design(12, shape="exponential")
    _, found = outcome(levels, "mean over cells against 0", design, 4000)
    assert found.claims["below"].mean() < 1.8 * levels.EXPLAIN


def test_the_worst_excess_is_of_rates_whose_interval_lies_above_nominal(levels):
    table = levels.pd.DataFrame(
        {"rate": [0.02, 0.008, 0.001], "rate_low": [0.004, 0.006, 0], "nominal": 0.005}
    )
    assert levels.worst_excess(table) == pytest.approx(1.6)
    assert levels.worst_excess(table.iloc[[0, 2]]) == 1
