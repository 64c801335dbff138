import pytest

from nascent.augmentation import Augmentation
from nascent.errors import TrainError
from nascent.train.options import Options

GIVEN = {"architecture": "linear", "epochs": 3, "batch_size": 8, "learning_rate": 0.1}


def test_a_flat_section_is_sorted_into_what_it_is_about():
    options = Options.of(
        {
            **GIVEN,
            "layers": {"head": [4, 2], "dropout": 0.5},
            "augment": {"flip": True},
            "loss": "mae",
            "freeze": False,
            "tensorboard": True,
        }
    )
    assert (options.network.architecture, options.network.layers.head) == ("linear", (4, 2))
    assert (options.fitting.loss, options.fitting.epochs) == ("mae", 3)
    assert options.augmentation == Augmentation(flip=True)
    assert options.tensorboard


@pytest.mark.parametrize("key", ["architecture", "epochs", "batch_size", "learning_rate"])
def test_what_has_no_default_must_be_given(key):
    with pytest.raises(TrainError, match=f"the option '{key}' is missing"):
        Options.of({name: value for name, value in GIVEN.items() if name != key})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("epochs", 0),
        ("learning_rate", 0.0),
        ("huber_delta", -1.0),
        ("momentum", 1.0),
        ("smooth", 4),
        ("smooth", -3),
        ("warmup", 3.0),
        ("plateau_factor", 1.0),
        ("patience", 0),
        ("retries", -1),
    ],
)
def test_numbers_out_of_range_are_named(key, value):
    with pytest.raises(TrainError, match=f"{key} is {value}"):
        Options.of({**GIVEN, key: value})


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ({"lernin_rate": 1}, "no option 'lernin_rate'. Did you mean 'learning_rate'"),
        ({"optimizer": "adamm"}, "no optimizer 'adamm'. Did you mean 'adam"),
        ({"schedule": "cosin"}, "no schedule 'cosin'. Did you mean 'cosine'"),
        ({"precision": "mixed_fp16"}, "no precision 'mixed_fp16'. Did you mean 'mixed_float16'"),
        ({"layers": {"dropuot": 1}}, "layers: there is no option 'dropuot'. Did you mean 'drop"),
        ({"augment": {"flips": 1}}, "augment: there is no option 'flips'. Did you mean 'flip'"),
    ],
)
def test_unknown_words_name_the_nearest(section, message):
    with pytest.raises(TrainError, match=message):
        Options.of({**GIVEN, **section})
