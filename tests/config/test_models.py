"""Options of models: where they come from, and what is refused before the first job."""

import pytest

from nascent.augmentation import PRESETS, Augmentation
from nascent.config.channels import model_channels
from nascent.config.checks import check_study
from nascent.config.model_checks import searched
from nascent.config.models import Augment, Layers, Model
from nascent.errors import ConfigError
from nascent.kinds.cells.channels import input_channels
from nascent.train.architectures import options as architectures
from nascent.train.options import Options

STUDY = {"study": "mine", "data": "wells", "target": {"channel": "00_EU"}}
CHANNELS = ["00_DAPI", "09_SRRM2", "15_SON", "BG488", "00_EU"]


def study_of(defaults=None, **models):
    return check_study(STUDY | {"train": {"models": models, "defaults": defaults or {}}})


def linear(**options):
    return {"train": {"models": {"linear": options}}}


def search(name="linear", **keys):
    return {"tune": {name: {"keys": keys}}}


def test_a_model_has_its_own_options_over_the_defaults_of_the_study():
    train = study_of(
        {"epochs": 7, "batch_size": 8}, linear={"epochs": 9}, small={"architecture": "simple_cnn"}
    ).train
    assert train.options("linear")["epochs"] == 9
    assert train.options("linear")["batch_size"] == 8
    assert train.options("linear")["architecture"] == "linear"
    assert train.options("small")["architecture"] == "simple_cnn"
    assert train.options("small")["epochs"] == 7


def test_the_config_that_is_shown_has_what_the_jobs_of_a_model_are_told():
    study = study_of({"epochs": 7, "layers": {"dropout": 0.3}}, linear={"batch_size": 8})
    shown = study.plain()["train"]["models"]["linear"]
    assert (shown["epochs"], shown["batch_size"], shown["layers"]["dropout"]) == (7, 8, 0.3)
    assert check_study(study.plain()).train.options("linear") == study.train.options("linear")


def test_sections_of_a_model_are_laid_over_those_of_the_defaults_key_by_key():
    train = study_of(
        {"layers": {"dropout": 0.5, "head": [8]}, "augment": {"preset": "structure"}},
        simple_cnn={"layers": {"head": [], "body_l2": 0.01}, "augment": {"turn": False}},
        linear={},
    ).train
    own = train.model("simple_cnn")
    assert (own.layers.dropout, own.layers.head, own.layers.body_l2) == (0.5, [], 0.01)
    assert (own.augment.preset, own.augment.turn) == ("structure", False)
    assert train.model("linear").layers == Layers(dropout=0.5, head=[8])


def test_a_model_may_go_back_to_what_is_usual_where_the_defaults_are_not():
    train = study_of({"patience": 3, "weights": None}, linear={"patience": 20}).train
    assert train.model("linear").patience == Model().patience == 20


def test_changes_of_a_candidate_lie_over_both():
    train = study_of({"layers": {"dropout": 0.5}}, linear={"layers": {"body_l1": 1.0}}).train
    changed = train.model("linear", {"layers.dropout": 0.1, "epochs": 3})
    assert (changed.layers.dropout, changed.layers.body_l1, changed.epochs) == (0.1, 1.0, 3)


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_stands_for_its_switches(preset):
    assert Augmentation(**Augment(preset=preset).resolved()) == PRESETS[preset]


def test_a_switch_beside_a_preset_overrides_that_switch_alone():
    given = Augment(preset="structure", shift="normal", zoom="none", flip=False)
    expected = {"shift": "normal", "shift_mean": 0.0, "shift_sd": 1.0, "noise_sd": 0.0}
    expected |= {"zoom": "none", "flip": False, "turn": True}
    assert given.resolved() == expected


def test_what_the_config_gives_is_what_training_takes():
    left_out = {"seeds", "resources", "channels", "also_predict", "prediction"}
    train = study_of(
        simple_cnn={"layers": {"widths": [4], "pooling": "masked_average"}, "smooth": 5},
    ).train
    given = train.options("simple_cnn")
    options = Options.of({key: value for key, value in given.items() if key not in left_out})
    assert options.network.layers.widths == (4,)
    assert options.network.layers.pooling == "masked_average"
    assert options.fitting.smooth == 5


def test_the_library_and_the_config_have_the_same_defaults():
    usual = Model(architecture="linear").plain()
    left_out = {"seeds", "resources", "channels", "also_predict", "prediction", "augment"}
    asked = Options.of({key: value for key, value in usual.items() if key not in left_out})
    needed = {key: usual[key] for key in ("architecture", "epochs", "batch_size", "learning_rate")}
    assert asked == Options.of(needed)
    assert architectures.Layers() == asked.network.layers


WRONG = [
    # Unknown names; the nearest is named.
    (linear(layers={"poling": "average"}), r"'train.models.linear.layers.poling'.*'pooling'\?"),
    (linear(layers={"pooling": "averge"}), r"layers.pooling: 'averge'.*'average'\?"),
    (linear(augment={"zom": "none"}), r"'train.models.linear.augment.zom'.*'zoom'\?"),
    (linear(augment={"preset": "structur"}), r"augment.preset: 'structur'.*'structure'\?"),
    (linear(resources={"thread": 1}), r"'train.models.linear.resources.thread'.*'threads'\?"),
    (linear(optimizer="adm"), r"models.linear.optimizer: 'adm'.*Did you mean 'adam'\?"),
    (linear(optimizer="rmsprop"), r"'rmsprop' is none of adam, adamw, sgd"),
    (linear(loss="hubber"), r"models.linear.loss: 'hubber'.*Did you mean 'huber'\?"),
    (linear(schedule="cosin"), r"models.linear.schedule: 'cosin'.*Did you mean 'cosine'\?"),
    (linear(precision="mixed_float"), r"precision: 'mixed_float'.*'mixed_float16'\?"),
    ({"train": {"defaults": {"optimizer": "sdg"}}}, r"train.defaults.optimizer.*'sgd'\?"),
    ({"train": {"defaults": {"layers": {"hed": []}}}}, r"'train.defaults.layers.hed'.*'head'\?"),
    # What an architecture or a number cannot be.
    (linear(layers={"widths": [4]}), r"models.linear.layers.widths: linear has no convolution"),
    (linear(layers={"dropout": 1}), r"models.linear.layers.dropout: .*less than 1, not 1"),
    (linear(layers={"head": [0]}), r"models.linear.layers.head.0: "),
    (linear(seeds=[1, 2**32]), r"models.linear.seeds.1: .*less than 4294967296, not 4294967296"),
    ({"seed": 2**32}, r"config: seed: .*less than 4294967296"),
    (linear(smooth=4), r"models.linear: smooth: .* odd width from 3, not 4"),
    (linear(smooth=1), r"models.linear: smooth: .* odd width from 3, not 1"),
    (linear(epochs=5, warmup=5), r"models.linear.warmup: .*leave none of 5 epochs"),
    (linear(weights="nowhere.keras"), r"models.linear.weights: there is no file nowhere.keras"),
    # A model that is given what it shall predict, or predicts a thing twice.
    (linear(channels=["00_DAPI", "00_EU"]), r"models.linear.channels: '00_EU' is the target"),
    (linear(channels=["00_DAPI", "00_DAPI"]), r"a channel is listed twice"),
    (linear(channels=[]), r"models.linear.channels: .*at least 1 item"),
    (linear(also_predict=["target"]), r"also_predict: 'target' is the study's target"),
    (linear(also_predict=["mean_00_EU"]), r"also_predict: 'mean_00_EU' is the study's target"),
    (linear(also_predict=["area", "area"]), r"a column is listed twice"),
    # Searches.
    (search(learning_rte=[1]), r"tune.linear.keys: unknown key 'learning_rte'.*'learning_rate'\?"),
    (search(**{"layers.dropuot": [0]}), r"tune.linear.keys: .*'layers.dropuot'.*'dropout'\?"),
    (search(learning_rate=[0.1, -1]), r"tune.linear.keys: learning_rate: .*greater than 0, not -1"),
    (search(optimizer=["adm"]), r"tune.linear.keys: optimizer: 'adm'.*Did you mean 'adam'\?"),
    (search(architecture=["lineer"]), r"tune.linear, candidate 0: .*'lineer'.*'linear'\?"),
    (search(**{"layers.widths": [[4]]}), r"tune.linear, candidate 0.layers.widths: linear has no"),
    (search(epochs=[5], warmup=[0, 5]), r"tune.linear, candidate 1.warmup"),
    (search(smooth=[0, 2]), r"tune.linear.keys: smooth: .*not 2"),
    (search(seeds=[[1], [2]]), r"tune.linear.keys: seeds cannot be searched for"),
    (search(channels=[["00_DAPI"]]), r"tune.linear.keys: channels cannot be searched for"),
    (search(prediction=["plain"]), r"tune.linear.keys: prediction cannot be searched for"),
    (search(learning_rate=[]), r"keys.learning_rate: give at least one value"),
    (search(learning_rate=[0.1, 0.1]), r"keys.learning_rate: .*each once"),
    (search(), r"tune.linear.keys: .*at least 1 item"),
    (search("lineer", epochs=[1]), r"tune: lineer is not in train.models \(linear, simple_cnn\)"),
    ({"tune": {"linear": {"serch": "grid", "keys": {"epochs": [1]}}}}, r"'search'\?"),
    ({"tune": {"linear": {"search": "gird", "keys": {"epochs": [1]}}}}, r"'gird'.*'grid'\?"),
]


@pytest.mark.parametrize(("given", "message"), WRONG)
def test_a_model_that_cannot_be_made_is_refused_by_its_key(given, message):
    with pytest.raises(ConfigError, match=message):
        check_study(STUDY | given)


def test_a_file_of_weights_that_is_there_is_taken(tmp_path):
    path = tmp_path / "start.weights.h5"
    path.write_bytes(b"")
    check_study(STUDY | linear(weights=str(path)))


def channels_of(model="linear", inputs=None, **options):
    study = check_study(STUDY | linear(**options) | {"shards": {"inputs": inputs}})
    return model_channels(study, model, input_channels(study, CHANNELS))


def test_a_model_sees_its_own_choice_of_the_channels_in_its_own_order():
    assert channels_of() == ["00_DAPI", "09_SRRM2", "15_SON"]
    assert channels_of(channels=["15_SON", "00_DAPI"]) == ["15_SON", "00_DAPI"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"channels": ["15_SUN"]}, r"models.linear.channels: '15_SUN'.*Did you mean '15_SON'\?"),
        # A channel that the study leaves out of its inputs is none to choose from.
        ({"channels": ["BG488"]}, r"'BG488' is none of the study's input channels"),
        (
            {"also_predict": ["mean_15_SON"]},
            r"also_predict: 'mean_15_SON' is the mean of a channel",
        ),
        (
            {"also_predict": ["mean_15_SON"], "channels": ["15_SON"]},
            r"'mean_15_SON' is the mean of a channel that the model sees",
        ),
    ],
)
def test_a_channel_that_a_model_cannot_see_is_named(options, message):
    with pytest.raises(ConfigError, match=message):
        channels_of(**options)


def test_the_mean_of_a_channel_may_be_predicted_by_a_model_that_does_not_see_it():
    assert channels_of(also_predict=["mean_15_SON", "area"], channels=["00_DAPI"]) == ["00_DAPI"]


def test_the_candidates_of_a_model_are_told_by_the_config_alone():
    study = check_study(STUDY | search(**{"layers.dropout": [0, 0.5], "epochs": [1, 2, 3]}))
    assert len(searched(study, "linear")) == 6
    assert searched(study, "simple_cnn") == []
