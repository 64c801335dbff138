import pytest

from nascent.report.model_card import limits, metric_rows, model_card, summary
from nascent.report.runs import in_range, options, training

DEFAULTS = {
    "architecture": None,
    "epochs": 100,
    "learning_rate": 0.0005,
    "layers": {"pooling": None, "dropout": 0.0},
    "augment": {"preset": "none", "flip": True},
}
DESIGNS = {"example": "example", "group": "group"}


@pytest.fixture
def cards(make):
    return {(fold, seed): make.card(seed) for fold in DESIGNS for seed in (1, 2)}


@pytest.fixture
def own(make):
    table = make.comparison()
    return table[table["model"] == "cnn"]


def build(make, cards, **changes):
    tables = {
        "comparison": make.comparison(),
        "intervals": make.intervals(),
        "levels": make.levels(),
    }
    tables |= {name: changes.pop(name) for name in tables if name in changes}
    given = {"label": "transcription rate (counts)", "defaults": DEFAULTS, "designs": DESIGNS}
    return model_card("cnn", cards, tables=tables, **{**given, **changes})


def sentence(found, word):
    return [words for words in found if word in words]


def test_the_page_tells_what_the_model_is_and_how_good(make, cards):
    html = build(make, cards)
    for fact in (
        "Model cnn",
        "161,281",
        "160,129",
        "00_DAPI, 15_SON",
        "ab12",
        "clip: 98.0",
        "2,962",
        "beats the best reference predictor (ols)",
        "cannot tell (ols)",
        "[29.25, 29.75]",
        "squared Pearson correlation",
        "cell cycle",
    ):
        assert fact in html, fact
    assert not any(word in html for word in ("http", "src=", "<script", "<link", "@import"))


def test_only_the_model_itself_is_in_its_tables(make, cards):
    html = build(
        make,
        cards,
        intervals=make.intervals("linear").assign(value=77_777.0),
        levels=make.levels("linear").assign(mae=88_888.0),
    )
    assert "77,777" not in html and "88,888" not in html and "36.25" not in html


def test_options_that_differ_come_first(cards):
    table = options(cards, DEFAULTS)
    changed = ["architecture", "epochs", "learning_rate", "layers.dropout", "augment.preset"]
    assert table["option"].tolist() == [*changed, "layers.pooling", "augment.flip"]
    row = table.set_index("option").loc["layers.dropout"]
    assert row.tolist() == ["0.25", "0.0"]


def test_an_option_that_differs_between_trainings_has_all_its_values(make, cards):
    config = {**make.card()["config"], "epochs": 80}
    cards["group", 2] = make.card(2, config=config)
    table = options(cards, DEFAULTS).set_index("option")
    assert table.loc["epochs", "value"] == "60, 80"


def test_a_training_is_a_row_with_the_epoch_kept_and_what_chose_it(cards):
    table = training(cards, DESIGNS)
    assert len(table) == 4
    assert table["split"].unique().tolist() == [
        "by cell, stratified",
        "by well: whole wells held out",
    ]
    row = table.iloc[0]
    assert (row["chosen epoch"], row["by"], row["smoothed over"]) == (35, "val_mae", 5)
    assert (row["its value"], row["attempts"], row["collapsed"]) == (31.5, 1, "no")


def test_metrics_are_means_over_seeds_each_rounded_for_itself(make):
    table = metric_rows(make.intervals()).set_index("metric")
    assert table.loc["MAE", ["value", "over cells"]].tolist() == ["29.50", "[28.50, 30.50]"]
    assert table.loc["squared Pearson correlation", "value"] == "0.6250"
    assert table.loc["mean squared error", "value"] == "–"
    assert set(table["over wells"]) == {"–"}


def test_a_sound_model_has_no_limits_but_says_what_was_looked_for(cards, own):
    found = limits(cards, own.assign(verdict="beats the best floor"))
    assert len(found) == 1 and found[0].startswith("This page found none of these")


def test_a_shift_by_group_is_a_limit_where_it_is_sure_and_makes_much_of_the_error(cards, own):
    shifted = own.assign(
        group_shift_share=0.66, worst_group="P_B02", worst_group_bias=148.0,
        worst_group_bias_low=130.0, worst_group_bias_high=166.0,
    )  # fmt: skip
    (found, _) = sentence(limits(cards, shifted, "(counts)"), "whole wells (")
    assert "make 66 % of the squared error" in found
    assert "in well P_B02 predictions lie 148 counts below what was measured" in found
    above = shifted.assign(
        worst_group_bias=-148.0, worst_group_bias_low=-166.0, worst_group_bias_high=-130.0
    )
    assert "148 counts above" in sentence(limits(cards, above, "(counts)"), "whole wells (")[0]
    assert not sentence(limits(cards, shifted.assign(group_shift_share=0.02)), "whole wells (")
    assert not sentence(limits(cards, shifted.assign(worst_group_bias_low=-1)), "whole wells (")


def test_the_shift_by_group_is_among_the_facts_of_every_model(cards, own):
    facts = summary(cards, own, "transcription rate (counts)")
    told = facts["by well, by cell, stratified"]
    assert told.startswith("biases of whole wells make 2 % of the squared error")
    assert "no well is surely off" in told and "4.50 [−1.00, 10.0], in P_A03" in told
    unknown = summary(cards, own.assign(worst_group=None), "rate")
    assert unknown["by well, by cell, stratified"] == "–"


def test_one_seed_is_a_limit(make, own):
    one = {(fold, 1): make.card() for fold in DESIGNS}
    assert sentence(limits(one, own), "one seed")
    two = {("example", seed): make.card(seed) for seed in (1, 2)}
    assert not sentence(limits(two, own), "trained with one seed")


@pytest.mark.parametrize(
    ("design", "is_limit"), [("example", True), ("shuffle", True), ("leave_one_group_out", False)]
)
def test_a_split_within_groups_alone_is_a_limit(cards, own, design, is_limit):
    found = limits(cards, own.iloc[:1].assign(design=design))
    assert bool(sentence(found, "new well")) == is_limit


def test_few_test_groups_are_a_limit_of_their_split(cards, own):
    table = own.assign(groups=[12, 2])
    (found,) = sentence(limits(cards, table), "too few")
    assert "2 wells (by well" in found
    assert not sentence(limits(cards, own.assign(groups=5)), "too few")


def test_a_floor_that_is_not_beaten_is_named_with_the_verdict(cards, own):
    (found,) = sentence(limits(cards, own), "best reference")
    assert "ols" in found and "by well" in found and "cannot tell" in found


def test_collapses_and_new_starts_are_counted(make, cards, own):
    cards["example", 1] = make.card(collapsed=True)
    tried = [{"seed": 1, "reason": "constant"}, {"seed": 99, "reason": None}]
    cards["group", 2] = make.card(2, attempts=tried)
    found = limits(cards, own)
    assert sentence(found, "1 of 4 trainings collapsed")
    assert sentence(found, "1 of 4 trainings had to start again")


@pytest.mark.parametrize(
    ("epoch", "smooth", "cut"), [(60, 0, 1), (58, 5, 1), (57, 5, 0), (59, 0, 0)]
)
def test_a_training_that_ended_at_its_best_was_cut_short(make, own, epoch, smooth, cut):
    best = {"epoch": epoch, "val_mae": 31.0}
    how = {"monitor": "val_mae", "smooth": smooth, "value": 31.0}
    cards = {("example", seed): make.card(seed) for seed in (1, 2)}
    cards["example", 1] = make.card(1, best=best, chosen_by=how)
    assert len(sentence(limits(cards, own), "last one allowed")) == cut


def test_a_card_with_missing_facts_is_shown(make):
    html = build(make, {("example", 1): {}})
    assert "Model cnn" in html


def test_a_model_without_results_is_shown(make, cards):
    empty = {name: make.comparison().iloc[:0] for name in ("comparison",)}
    html = build(
        make,
        cards,
        **empty,
        intervals=make.intervals().iloc[:0],
        levels=make.levels().iloc[:0],
    )
    assert "no rows" in html


def test_nothing_becomes_markup(make, cards):
    config = {**make.card()["config"], "weights": "<script>x</script>"}
    cards["example", 1] = make.card(config=config, channels=["<b>"])
    html = build(make, {("example", 1): cards["example", 1]}, label="<i>")
    assert "<script" not in html and "<b>" not in html and "<i>" not in html


def test_equal_inputs_give_equal_pages(make, cards):
    assert build(make, cards) == build(make, cards)


@pytest.mark.parametrize(
    ("values", "text"), [([60, 60], "60"), ([41, 49], "41 to 49"), ([None], "–"), ([1.5], "1.500")]
)
def test_ranges(values, text):
    assert in_range(values) == text


def test_verdicts_stand_at_the_top_a_design_each(cards, own):
    found = summary(cards, own, "rate")
    assert found["verdict, by cell, stratified"] == "beats the best reference predictor (ols)"
    assert found["trainings"] == "4 runs over 2 folds"
