"""Figures of the checks: what is drawn is what the tables say, and nothing is cut off."""

from itertools import combinations_with_replacement

import numpy as np
import pandas as pd
import pytest

from nascent.explain.agreement.table import AGREEMENT, VERDICTS, Explanation, differs
from nascent.explain.randomisation.table import RANDOMISATION, STAGE
from nascent.explain.removal.deletion import ATTRIBUTION, DELETION, INSERTION, RANDOM
from nascent.explain.removal.table import REMOVAL
from nascent.explain.sensitivity.table import MEASURES, SENSITIVITY
from nascent.explain.statistics.image_nulls import BRIGHTNESS
from nascent.figures import agreement, completeness, randomisation, removal, sensitivity
from nascent.words import worded

LABEL = "transcription rate (mean counts per pixel)"
METHODS = ("ig", "vargrad", "grad_cam")
MODELS = ("linear", "simple_cnn")
MANY = tuple(f"model_of_a_long_name_{number}" for number in range(4))
SIZES = pytest.mark.parametrize(
    ("models", "methods", "seeds"),
    [(MODELS, METHODS, (1,)), (("linear",), ("ig",), (1,)), (MANY, METHODS, (1, 2))],
)


def mean_of(value, half=0.05, groups=6):
    ends = {"low": value - half, "high": value + half}
    ends |= {"low_groups": value - 2 * half, "high_groups": value + 2 * half}
    if groups < 2:
        ends |= {"low_groups": np.nan, "high_groups": np.nan}
    return {"cells": 64, "missing": 0, "groups": groups, "mean": value, **ends}


def labels(models, methods, seeds):
    for model in models:
        for seed in seeds:
            for method in methods:
                yield {"model": model, "seed": seed, "method": method}


def make_removal(models=MODELS, methods=METHODS, seeds=(1,), fractions=(0, 0.1, 0.5, 1)):
    rows, heights = [], {ATTRIBUTION: 9.0, BRIGHTNESS: 6.0, RANDOM: 5.0}
    for label in labels(models, methods, seeds):
        for unit in ("pixels",) if label["method"] == "grad_cam" else ("pixels", "entries"):
            for replace in ("mean", "baseline"):
                for curve in (DELETION, INSERTION):
                    where = {**label, "unit": unit, "replace": replace, "curve": curve}
                    for order, height in heights.items():
                        for q in fractions:
                            at = height * q ** (5 / height)
                            value = at if curve == DELETION else height - at
                            told = {"order": order, "measure": "change", "fraction": q}
                            rows.append({**where, **told, **mean_of(value), "verdict": ""})
                    for order, others in (
                        (ATTRIBUTION, (RANDOM, BRIGHTNESS)),
                        (BRIGHTNESS, (RANDOM,)),
                    ):
                        for other in others:
                            value = heights[order] - heights[other] + 0.1 * label["seed"]
                            told = {"order": order, "measure": f"gain_over_{other}"}
                            told["verdict"] = f"beats {other}"
                            rows.append({**where, **told, **mean_of(value, 0.3)})
    return pd.DataFrame(rows, columns=["model", "seed", "method", *REMOVAL])


def make_randomisation(models=MODELS, methods=METHODS, seeds=(1,), layers=4, targets=True):
    rows = []
    for label in labels(models, methods, seeds):
        stages = [("original", 0, None, 0.0, None, 1.0)]
        for number in range(1, layers + 1):
            left = 0.9 - 0.8 * number / layers
            stages.append(("weights", number, f"conv_{number}", number / layers, None, left))
        stages += [("image", 0, None, np.nan, "brightness", 0.35)]
        stages += [("image", 0, None, np.nan, "edge", 0.15)]
        stages += [("targets", 0, None, np.nan, None, 0.2)] if targets else []
        for *stage, value in stages:
            for level in ("entries", "pixels", "channels"):
                if label["method"] == "grad_cam" and level != "pixels":
                    continue
                told = dict(zip(STAGE, stage, strict=True))
                told["strongest"] = value == 0.35 if told["stage"] == "image" else None
                last = told["stage"] == "weights" and told["number"] == layers
                told["verdict"] = "depends on the model" if last else ""
                rows.append({**label, **told, "level": level, **mean_of(value)})
    table = pd.DataFrame(rows)
    return table[["model", "seed", "method", *RANDOMISATION]]


def make_sensitivity(models=MODELS, methods=METHODS, seeds=(1,)):
    values = dict(zip(MEASURES, (0.3, 0.2, 0.9, 0.95, 0.99, 1.5), strict=True))
    rows = []
    for label in labels(models, methods, seeds):
        for measure, value in values.items():
            if label["method"] == "grad_cam" and measure in ("entries", "channels"):
                continue
            told = {"radius": 0.1, "draws": 4, "measure": measure}
            rows.append({**label, **told, **mean_of(value + 0.01 * label["seed"], 0.02)})
    return pd.DataFrame(rows, columns=["model", "seed", "method", *SENSITIVITY])


def make_agreement(models=MODELS, methods=METHODS, seeds=(1,)):
    explained = [Explanation(**label, maps=[]) for label in labels(models, methods, seeds)]
    stream = np.random.default_rng(0)
    rows = []
    for first, second in combinations_with_replacement(explained, 2):
        for level in ("entries", "pixels", "channels"):
            if "grad_cam" in (first.method, second.method) and level != "pixels":
                continue
            own = 1.0 if first is second else stream.uniform(0.2, 0.9)
            other = stream.uniform(-0.1, 0.2)
            said = "" if first is second else worded(VERDICTS.get(int(own > 0.4), "cannot tell"))
            rows.append(
                {
                    **dict(zip(AGREEMENT, first.labels + second.labels, strict=False)),
                    "differs": differs(first, second),
                    "level": level,
                    **mean_of(own),
                    "null": other,
                    "beyond": own - other,
                    "verdict": said,
                }
            )
    return pd.DataFrame(rows, columns=list(AGREEMENT))


def make_cells(models=MODELS, methods=("ig", "vargrad"), seeds=(1,), cells=50, scale=0.01):
    tables, names = [], []
    for label in labels(models, methods, seeds):
        stream = np.random.default_rng(label["seed"])
        gap = stream.normal(0, 20 * scale, cells)
        tables.append(
            pd.DataFrame(
                {
                    "split": "test",
                    "prediction": 380.0,
                    "prediction_baseline": 400.0,
                    "completeness_gap": gap if label["method"] == "ig" else np.nan,
                    "steps": stream.choice([16, 32, 64], cells),
                    "converged": stream.random(cells) > 0.1,
                }
            )
        )
        names.append(tuple(label.values()))
    return tables, names


def marked(figure, gid):
    found = [line for axes in figure.axes for line in axes.lines if line.get_gid() == gid]
    assert found, gid
    return found[0]


def test_gains_stand_where_the_table_has_their_mean_over_seeds():
    figure = removal.draw(make_removal(seeds=(1, 3)), label=LABEL, confidence=0.99)
    point = marked(figure, "simple_cnn/ig/deletion/entries/mean")
    assert point.get_xdata()[0] == pytest.approx(9 - 5 + 0.2)
    assert point.get_markerfacecolor() == point.get_markeredgecolor()
    assert marked(figure, "linear/(brightest first)/deletion/pixels/mean").get_xdata()[
        0
    ] == pytest.approx(1.2)


def test_an_order_that_beats_nothing_is_hollow():
    table = make_removal()
    one = (table["model"] == "linear") & (table["method"] == "ig") & (table["unit"] == "pixels")
    table.loc[one & (table["measure"] == "gain_over_random"), "verdict"] = "cannot tell"
    figure = removal.draw(table, label=LABEL, confidence=0.99)
    assert marked(figure, "linear/ig/deletion/pixels/mean").get_markerfacecolor() == "white"
    assert marked(figure, "linear/ig/deletion/entries/mean").get_markerfacecolor() != "white"


def test_seeds_that_say_different_things_are_hollow():
    table = make_removal(seeds=(1, 2))
    table.loc[(table["seed"] == 2) & (table["verdict"] != ""), "verdict"] = "cannot tell"
    figure = removal.draw(table, label=LABEL, confidence=0.99)
    assert marked(figure, "linear/ig/deletion/pixels/mean").get_markerfacecolor() == "white"


def test_curves_are_those_of_the_table():
    table = make_removal(models=("linear",), methods=("ig",))
    figure = removal.draw_curves(table, label=LABEL, confidence=0.99)
    first = figure.axes[0]
    (line,) = [line for line in first.lines if line.get_gid() == ATTRIBUTION]
    own = table.query(
        "unit == 'pixels' and replace == 'mean' and curve == 'deletion'"
        " and order == 'attribution' and measure == 'change'"
    )
    np.testing.assert_allclose(line.get_xdata(), 100 * own["fraction"])
    np.testing.assert_allclose(line.get_ydata(), own["mean"])
    # What is said stands above the panel, where no line runs, and names the other order.
    said = first.get_title(loc="left").splitlines()
    assert said == ["random: beats it, +4.1", "brightest: beats it, +3.1"]


def test_maps_of_places_have_curves_of_pixels_alone():
    table = make_removal(models=("linear",), methods=("grad_cam",))
    figure = removal.draw_curves(table, label=LABEL, confidence=0.99)
    assert len(figure.axes) == 4


def test_stages_run_from_the_trained_model_to_the_first_layer():
    figure = randomisation.draw(make_randomisation(), confidence=0.99)
    bottom = figure.axes[len(MODELS) * 2]
    names = [label.get_text() for label in bottom.get_xticklabels()]
    cascade = ["as trained", "↓ conv_1", "↓ conv_2", "↓ conv_3", "↓ conv_4"]
    assert names == [*cascade, "permuted targets", "image alone"]
    point = marked(figure, "ig/weights/2")
    assert point.get_ydata()[0] == pytest.approx(0.9 - 0.8 / 2)
    assert round(float(point.get_xdata()[0])) == 2


def test_the_verdict_on_each_method_stands_in_each_panel_in_letters_of_7_points():
    table = make_randomisation(seeds=(1, 2))
    table.loc[(table["seed"] == 2) & (table["method"] == "ig"), "verdict"] = "cannot tell"
    names = {"ig": {"method": "integrated_gradients"}, "vargrad": {"method": "vargrad"}}
    axes = randomisation.draw(table, confidence=0.99, methods=names).axes[0]
    (said,) = axes.texts
    assert said.get_text().splitlines() == [
        "seeds differ: Integrated Gradients",
        "depends on the model: VarGrad",
    ]
    assert said.get_fontsize() >= 7
    assert marked(axes.figure, "ig/image/0").get_ydata()[0] == pytest.approx(0.35)


def test_without_permuted_targets_there_is_no_place_for_them():
    figure = randomisation.draw(make_randomisation(targets=False), confidence=0.99)
    names = [label.get_text() for label in figure.axes[4].get_xticklabels()]
    assert names[-1] == "image alone"
    assert "permuted targets" not in names


def test_sensitivities_stand_where_the_table_has_them():
    figure = sensitivity.draw(make_sensitivity(seeds=(1, 3)), label=LABEL, confidence=0.99)
    assert marked(figure, "linear/ig/max_change").get_xdata()[0] == pytest.approx(0.32)
    assert marked(figure, "linear/ig/entries").get_xdata()[0] == pytest.approx(0.92)
    # What the model itself does stands once a model.
    assert marked(figure, "linear/prediction").get_xdata()[0] == pytest.approx(1.52)
    points = [line for line in figure.axes[2].lines if line.get_gid()]
    assert len(points) == len(MODELS)
    assert "± 0.1" in figure.texts[0].get_text()


def test_a_square_is_what_agreement_has_beyond_its_null_and_each_pair_stands_once():
    table = make_agreement()
    figure = agreement.draw(table, confidence=0.99)
    (pixels,) = [axes for axes in figure.axes if axes.get_title(loc="left") == "Pixels"]
    (image,) = pixels.images
    shown = np.ma.filled(image.get_array(), np.nan)
    rows = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    columns = [label.get_text() for label in figure.axes[0].get_xticklabels()]
    assert columns[0] == "linear,\nig" and "linear,\nig" not in rows
    own = table[(table["level"] == "pixels") & (table["differs"] != "nothing")]
    assert np.isfinite(shown).sum() == len(own)
    for _, row in own.iterrows():
        names = {f"{row['model']},\n{row['method'].replace('_', ' ')}"}
        names |= {f"{row['other_model']},\n{row['other_method'].replace('_', ' ')}"}
        (value,) = [
            shown[rows.index(a), columns.index(b)]
            for a in names & set(rows)
            for b in names & set(columns)
            if a != b and np.isfinite(shown[rows.index(a), columns.index(b)])
        ]
        assert value == pytest.approx(row["mean"] - row["null"])
    held = [text for text in pixels.texts if text.get_gid() == "held"]
    assert len(held) == (own["verdict"] == worded(VERDICTS[1])).sum()
    assert all(text.get_fontweight() == "bold" for text in held)


def test_seeds_are_named_where_there_are_several():
    figure = agreement.draw(make_agreement(seeds=(1, 2)), confidence=0.99)
    names = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert names[:2] == ["linear,\nig, seed 2", "linear,\nvargrad, seed 1"]


def test_the_tick_is_the_median_gap_and_missed_tolerances_are_told():
    tables, names = make_cells()
    figure = completeness.draw(tables, names)
    gaps = tables[0]["completeness_gap"].abs() / 20
    assert marked(figure, "linear/ig/m").get_xdata()[0] == pytest.approx(gaps.median())
    rows = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert rows == ["ig", "ig"]
    missed = int((~tables[0]["converged"]).sum())
    assert any(f"{missed} of 50 missed" in text.get_text() for text in figure.axes[1].texts)


def test_gaps_of_rounding_are_drawn_at_the_frame():
    tables, names = make_cells(scale=1e-12)
    figure = completeness.draw(tables, names)
    assert figure.axes[0].get_xlim()[0] > 1e-9


@SIZES
def test_nothing_is_cut_off(make, models, methods, seeds):
    kinds = (models, methods, seeds)
    one = make_removal(models[:1], methods[:1])
    for figure in (
        removal.draw(make_removal(*kinds), label=LABEL, confidence=0.99),
        removal.draw_curves(one, label=LABEL, confidence=0.99),
        randomisation.draw(make_randomisation(*kinds), confidence=0.99),
        sensitivity.draw(make_sensitivity(*kinds), label=LABEL, confidence=0.99),
        agreement.draw(make_agreement(*kinds), confidence=0.99),
        completeness.draw(*make_cells(*kinds)),
    ):
        assert not make.cut_off(figure)


def test_nothing_to_show_is_said():
    for figure in (
        removal.draw(make_removal().iloc[:0], label=LABEL, confidence=0.99),
        removal.draw_curves(make_removal().iloc[:0], label=LABEL, confidence=0.99),
        randomisation.draw(make_randomisation().iloc[:0], confidence=0.99),
        sensitivity.draw(make_sensitivity().iloc[:0], label=LABEL, confidence=0.99),
        agreement.draw(make_agreement().iloc[:0], confidence=0.99),
        completeness.draw(*make_cells(methods=("vargrad",))),
        completeness.draw([], []),
    ):
        (axes,) = figure.axes
        assert axes.texts[0].get_text()
