import numpy as np
import pytest

from nascent.figures import rows, seeds

MEASURES = [metric.name for metric in rows.measures("regression")]
LABEL = "transcription rate (mean counts per pixel)"
MODELS = {"linear": 37.0, "simple_cnn": 29.0}
MANY = {f"model_of_long_name_{i}": 28.0 + i for i in range(8)}


def draw(make, models=MODELS, runs=(1, 2, 3), **given):
    metrics = make.metrics(models, list(runs))
    table, bins = make.comparison(metrics), make.calibration(metrics)
    return table, metrics, bins, seeds.draw(table, metrics, bins, label=LABEL, **given)


def marked(axes, gid):
    (line,) = [line for line in axes.lines if line.get_gid() == gid]
    return line


def scattered(axes, gid):
    (points,) = [found for found in axes.collections if found.get_gid() == gid]
    return points


@pytest.mark.parametrize("design", ["example", "leave_one_group_out"])
def test_seeds_mean_and_ensemble_are_the_tables_values(make, design):
    table, metrics, _, figure = draw(make, design=design)
    own = table[table["design"] == design].set_index("model")
    fold = "all" if design == "leave_one_group_out" else design
    runs = metrics[(metrics["design"] == design) & (metrics["fold"] == fold)].query(
        "split == 'test'"
    )
    for axes, measure in zip(figure.axes[:2], MEASURES, strict=True):
        for name in MODELS:
            assert marked(axes, f"{name}/{measure}").get_xdata() == [own.loc[name, measure]]
            ensemble = marked(axes, f"ensemble of {name}/{measure}")
            assert ensemble.get_xdata() == [own.loc[name, f"ensemble_{measure}"]]
            assert ensemble.get_marker() == "D"
            points = marked(axes, f"seeds of {name}/{measure}").get_xdata()
            assert sorted(points) == sorted(runs.loc[runs["model"] == name, measure])


def test_the_first_design_is_shown_unless_one_is_named(make):
    *_, figure = draw(make)
    assert figure.subfigs[0].get_suptitle() == "Split by cell, stratified"


def test_calibration_is_the_tables_bins_beside_the_diagonal(make):
    _, _, bins, figure = draw(make)
    panels = {axes.get_title(loc="left").strip(): axes for axes in figure.axes[2:] if axes.axison}
    assert set(panels) == set(MODELS)
    for name, axes in panels.items():
        own = bins.query("design == 'example' and model == @name and bin != 'all'")
        points = scattered(axes, f"calibration of {name}")
        np.testing.assert_array_equal(points.get_offsets(), own[["spread", "rmse"]])
        shades = points.get_facecolors()
        assert tuple(shades[0][:3]) == (1, 1, 1)
        assert len(np.unique(shades, axis=0)) == len(own)
        (lines,) = [found for found in axes.collections if found is not points]
        ends = np.array([segment[:, 1] for segment in lines.get_segments()])
        expected = own[["ratio_low", "ratio_high"]].mul(own["spread"], axis=0)
        np.testing.assert_allclose(ends, expected)
        assert marked(axes, "diagonal").get_slope() == 1
        assert "ratio 3.7; coverage 42, 66 %" in [text.get_text() for text in axes.texts]


def test_one_seed_has_no_spread_and_no_ensemble(make):
    *_, figure = draw(make, runs=[1])
    assert not [
        line for axes in figure.axes for line in axes.lines if "ensemble" in str(line.get_gid())
    ]
    (axes,) = figure.axes[2:]
    assert seeds.NO_SPREAD in axes.texts[0].get_text()


def test_a_model_of_one_seed_among_others_says_so(make):
    table, metrics, bins, _ = draw(make)
    figure = seeds.draw(table, metrics, bins[bins["model"] != "linear"], label=LABEL)
    panels = {axes.get_title(loc="left").strip(): axes for axes in figure.axes[2:]}
    assert [text.get_text() for text in panels["linear"].texts] == [seeds.ONE_SEED]


def test_a_bin_column_of_numbers_and_words_is_read(make):
    table, metrics, bins, _ = draw(make)
    mixed = bins.assign(bin=[int(name) if name != "all" else name for name in bins["bin"]])
    figure = seeds.draw(table, metrics, mixed, label=LABEL)
    assert len(scattered(figure.axes[2], "calibration of simple_cnn").get_offsets()) == 5


@pytest.mark.parametrize("models", [{"cnn": 30.0}, MODELS, MANY, {**MODELS, "lost": 300.0}])
@pytest.mark.parametrize("runs", [[1], [1, 2, 3]])
def test_nothing_is_cut_off(make, models, runs):
    assert not make.cut_off(draw(make, models=models, runs=runs)[3])


def test_no_model_is_said(make):
    table, metrics, bins, _ = draw(make)
    (axes,) = seeds.draw(table.iloc[:0], metrics, bins, label=LABEL).axes
    assert "No model" in axes.texts[0].get_text()
