import pytest

from nascent.config import check_study
from nascent.config.checks import architectures
from nascent.errors import ConfigError
from nascent.train.architectures import ARCHITECTURES

STUDY = {"study": "s", "data": "raw"}


def test_the_config_knows_the_architectures_that_can_be_built():
    assert architectures() == sorted(ARCHITECTURES)


@pytest.mark.parametrize(
    "train",
    [
        {"models": {"simple_cmn": {}}},
        {"models": {"mine": {"architecture": "simple_cmn"}}},
        {"models": {"mine": {}}, "defaults": {"architecture": "simple_cmn"}},
    ],
)
def test_an_unknown_architecture_is_refused_before_the_first_job(train):
    with pytest.raises(ConfigError, match="Did you mean 'simple_cnn'"):
        check_study(STUDY | {"train": train})
