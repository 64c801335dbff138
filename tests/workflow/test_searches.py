"""A search for a model's options: its candidates are jobs, the choice is made before training."""

import pytest

from nascent.files import read_json, read_table

pytestmark = pytest.mark.slow

TINY = ("--profile", "profiles/local", "--configfile", "config/tiny.yaml")
MODEL = "results/tiny/train/linear/example/1/model.keras"
# No step of such a length ends in a number: that candidate must lose, and must not end the study.
RATES = [0.02, 1e38]


def search(checkout, **keys) -> None:
    """Write the tiny study with a search for options of its linear model."""
    models = {
        "linear": {"learning_rate": 0.01, "epochs": 2},
        "simple_cnn": {"learning_rate": 0.001},
    }
    checkout.configure(
        train={"defaults": {"epochs": 3, "batch_size": 8}, "models": models},
        tune={"linear": {"keys": keys}},
    )


@pytest.fixture(scope="module")
def searched(finished, tmp_path_factory):
    """A checkout in which the linear model was searched for and trained; do not change it."""
    checkout = finished.clone(tmp_path_factory.mktemp("searched") / "nascent")
    search(checkout, learning_rate=RATES)
    done = checkout.snakemake(MODEL, "results/tiny/figures/linear/tuning.png", *TINY)
    assert done.returncode == 0, done.stdout
    return checkout


@pytest.fixture
def again(searched, tmp_path):
    """A checkout of one's own in which the search has been made."""
    return searched.clone(tmp_path / "nascent")


def candidates(checkout):
    return read_table(checkout.results() / "tune/linear/example/candidates.tsv")


def test_from_nothing_a_search_trains_every_candidate_of_every_fold_before_the_choice(unrun):
    keys = '{"learning_rate": [0.1, 0.01], "layers.dropout": [0, 0.5]}'
    planned = unrun.planned(
        "models",
        *TINY,
        "--config",
        f'tune={{"linear": {{"keys": {keys}}}}}',
        'splits={"by": ["example", "shuffle"]}',
    )
    assert len(planned["tune"]) == 2 * 4
    assert planned["tune_choose"] == ["linear/example", "linear/shuffle"]
    assert planned["figures_tuning"] == ["linear"]
    models = ("linear", "simple_cnn")
    assert planned["train"] == [f"{m}/{fold}/1" for m in models for fold in ("example", "shuffle")]


def test_the_better_candidate_is_chosen_and_the_one_that_diverged_is_recorded(searched):
    table = candidates(searched)
    assert table["learning_rate"].tolist() == RATES
    assert table["chosen"].tolist() == [True, False]
    assert table["collapsed"].tolist() == [False, True]
    assert table["val_mae"].isna().tolist() == [False, True]


def test_the_model_is_trained_with_the_chosen_option_and_says_so(searched):
    card = read_json(searched.results() / "train/linear/example/1/card.json")
    assert card["config"]["learning_rate"] == RATES[0]
    assert card["optimizer"]["learning_rate"] == RATES[0]
    assert card["seed"] == 1


def test_candidates_are_trained_by_a_seed_that_no_model_is_trained_by(searched):
    card = read_json(
        searched.results() / f"tune/linear/example/{candidates(searched)['candidate'][0]}/card.json"
    )
    assert card["seed"] == 123
    assert card["best"]["val_mae"] == candidates(searched)["val_mae"][0]


def test_the_search_is_drawn_and_of_each_candidate_its_history_and_card_are_kept(searched):
    figures = searched.results() / "figures" / "linear"
    assert {"tuning.png", "tuning.svg"} <= {path.name for path in figures.iterdir()}
    for name in candidates(searched)["candidate"]:
        folder = searched.results() / "tune" / "linear" / "example" / name
        kept = {path.name for path in folder.iterdir() if not path.name.startswith(".")}
        assert kept == {"card.json", "history.tsv"}


def test_a_search_that_was_made_is_not_made_again(searched):
    assert searched.planned(MODEL, *TINY) == {}


def test_one_value_more_trains_one_candidate_more_and_chooses_again(again):
    search(again, learning_rate=[0.05, *RATES])
    planned = again.planned(MODEL, *TINY)
    (new,) = planned.pop("tune")
    assert new.removeprefix("linear/example/") not in set(candidates(again)["candidate"])
    assert planned == {"tune_choose": ["linear/example"], "train": ["linear/example/1"]}


def test_a_value_less_trains_no_candidate_and_chooses_again(again):
    search(again, learning_rate=RATES[:1])
    assert again.planned(MODEL, *TINY) == {
        "tune_choose": ["linear/example"],
        "train": ["linear/example/1"],
    }


def test_one_key_more_is_another_search(again):
    search(again, learning_rate=RATES, batch_size=[8, 16])
    assert len(again.planned(MODEL, *TINY)["tune"]) == 4
