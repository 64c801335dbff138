import numpy as np
import pandas as pd
import pytest

from nascent.figures import comparison, rows, words
from nascent.kinds.cells.kind import KIND
from nascent.plain_words import reference_words
from nascent.words import speaking

MEASURES = [metric.name for metric in rows.measures("regression")]
REFERENCES = KIND.references
LABEL = "transcription rate (mean counts per pixel)"
MODELS = {"linear": 37.0, "simple_cnn": 29.0, "xception": 32.3}
MANY = {f"model_of_long_name_{i}": 28.0 + i for i in range(8)}


def draw(make, models=MODELS, seeds=(1, 2, 3), designs=("example", "group", "leave_one_group_out")):
    metrics = make.metrics(models, list(seeds), designs)
    table = make.comparison(metrics)
    return table, metrics, comparison.draw(table, metrics, label=LABEL, references=REFERENCES)


def panels(figure, designs):
    return np.array(figure.axes).reshape(designs, 2)


def marked(axes, gid):
    return [line for line in axes.lines if line.get_gid() == gid]


@pytest.mark.parametrize("seeds", [[1], [1, 2, 3, 4, 5]])
def test_points_are_the_tables_values(make, seeds):
    table, _, figure = draw(make, seeds=seeds)
    designs = list(table["design"].unique())
    for line, design in zip(panels(figure, len(designs)), designs, strict=True):
        own = table[table["design"] == design].set_index("model")
        for axes, measure in zip(line, MEASURES, strict=False):
            for name in own.index:
                (point,) = marked(axes, f"{name}/{measure}")
                assert point.get_xdata() == [own.loc[name, measure]]


def test_intervals_are_the_tables(make):
    table, _, figure = draw(make, designs=("example",))
    row = table.set_index("model").loc["simple_cnn"]
    drawn = {tuple(line.get_xdata()): line.get_linewidth() for line in figure.axes[0].lines}
    thick = drawn[row["mae_low"], row["mae_high"]]
    thin = drawn[row["mae_low_groups"], row["mae_high_groups"]]
    assert thick > thin


def test_the_dashed_line_is_the_best_floor_of_each_design(make):
    table, _, figure = draw(make)
    designs = list(table["design"].unique())
    for line, design in zip(panels(figure, len(designs)), designs, strict=True):
        floors = table[(table["design"] == design) & table["floor"]]
        best = floors.loc[floors["mae"].idxmin()]
        for axes, measure in zip(line, MEASURES, strict=False):
            (rule,) = marked(axes, "best floor")
            assert rule.get_xdata()[0] == best[measure]


def test_small_points_are_the_seeds_pooled_over_folds(make):
    _, metrics, figure = draw(make, designs=("leave_one_group_out",))
    (points,) = marked(figure.axes[0], "seeds of simple_cnn/mae")
    own = metrics.query("fold == 'all' and split == 'test' and model == 'simple_cnn'")
    assert sorted(points.get_xdata()) == sorted(own["mae"])


def test_one_seed_and_floors_have_no_small_points(make):
    _, _, figure = draw(make, seeds=[1])
    assert not [
        line for axes in figure.axes for line in axes.lines if "seeds" in str(line.get_gid())
    ]


def of_kind(figure, kind):
    """Return model → its name, verdict or difference, from the first panel."""
    texts = [text for text in figure.axes[0].texts if str(text.get_gid()).startswith(kind)]
    return {text.get_gid().removeprefix(f"{kind} of "): text for text in texts}


def test_models_stand_above_the_reference_predictors_the_best_on_top(make):
    _, _, figure = draw(make, designs=("example",))
    height = {name: text.get_position()[1] for name, text in of_kind(figure, "name").items()}
    assert sorted(height, key=height.get) == ["simple_cnn", "xception", "linear"]
    named = [label.get_text() for label in figure.axes[0].get_yticklabels()][3:]
    assert {name.replace("\n", " ") for name in named} == {
        reference_words(name, REFERENCES) for name in make.floors
    }
    assert figure.axes[0].get_yticks()[3:].min() > max(height.values())
    bottom, top = figure.axes[0].get_ylim()
    assert bottom > top, "the first name stands on top"


def test_the_verdict_of_each_model_stands_below_its_name_in_letters_of_8_points(make):
    table, _, figure = draw(make, designs=("example",))
    told = {name: text.get_text() for name, text in of_kind(figure, "verdict").items()}
    words_of = {
        "beats the best floor": "beats the best reference",
        "does not beat it": "does not beat the best reference",
        "cannot tell": "cannot tell",
    }
    models = table[~table["floor"]].set_index("model")["verdict"]
    assert set(models) == set(words_of)
    assert told == models.map(words_of).to_dict()
    assert all(text.get_fontsize() >= 8 for text in of_kind(figure, "verdict").values())


def test_the_difference_stands_below_the_verdict_with_its_interval_over_groups(make):
    table, metrics, _ = draw(make, models={"cnn": 29.0}, designs=("example",))
    ends = ["difference_low", "difference_high", "difference_low_groups", "difference_high_groups"]
    table.loc[table["model"] == "cnn", ["difference", *ends]] = [-2.0, -3.0, -1.0, -4.5, 0.5]
    figure = comparison.draw(table, metrics, label=LABEL)
    assert of_kind(figure, "difference")["cnn"].get_text() == "ΔMAE −2.00 [−4.50, 0.50]"


def test_a_model_that_diverged_hides_no_other(make):
    table, _, figure = draw(make, models={**MODELS, "lost": 46 * 7.1}, designs=("example",))
    mae, r2 = figure.axes
    lost = table.set_index("model").loc["lost"]
    assert lost["r2"] < -48
    assert mae.get_xlim()[1] < 80 and r2.get_xlim()[0] > -1
    assert words.short(lost["r2"]) in [text.get_text() for text in r2.texts]
    assert words.short(lost["mae"]) in [text.get_text() for text in mae.texts]


@pytest.mark.parametrize("models", [{"cnn": 29.0}, MODELS, MANY])
@pytest.mark.parametrize("designs", [("example",), ("example", "group", "leave_one_group_out")])
def test_nothing_is_cut_off(make, models, designs):
    assert not make.cut_off(draw(make, models=models, designs=designs)[2])


def test_a_model_with_missing_metrics_keeps_its_row(make):
    table, metrics, _ = draw(make)
    table.loc[table["model"] == "linear", ["mae", "r2"]] = np.nan
    figure = comparison.draw(table, metrics, label=LABEL)
    assert "linear" in of_kind(figure, "name")


def test_without_floors_models_are_drawn(make):
    table, metrics, _ = draw(make, designs=("example",))
    table = table[~table["floor"]].assign(best_floor=None, verdict="cannot tell")
    figure = comparison.draw(table, metrics, label=LABEL)
    assert not marked(figure.axes[0], "best floor")


def test_other_targets_are_left_out(make):
    table, metrics, _ = draw(make, designs=("example",))
    other = table.assign(target="area", mae=1e4)
    figure = comparison.draw(pd.concat([table, other]), metrics, label=LABEL, target="target")
    assert figure.axes[0].get_xlim()[1] < 100


def test_no_model_is_said(make):
    table, metrics, _ = draw(make)
    (axes,) = comparison.draw(table.iloc[:0], metrics.iloc[:0], label=LABEL).axes
    assert "No model" in axes.texts[0].get_text()


@pytest.mark.parametrize("group", ["well", "chromosome"])
def test_the_title_of_a_split_fits_the_figure(make, group):
    spoken = {"group": group, "groups": f"{group}s", "example": "gene", "examples": "genes"}
    with speaking(spoken):
        _, _, figure = draw(make, designs=("group",))
    figure.draw_without_rendering()
    (part,) = figure.subfigs
    box = part._suptitle.get_window_extent()
    assert figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1
