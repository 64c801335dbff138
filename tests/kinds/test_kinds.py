import pytest

from nascent import kinds
from nascent.errors import ConfigError


def test_a_kind_is_found_by_its_name():
    kind = kinds.get("transcription")
    assert (kind.name, kind.first_stage, kind.target) == ("transcription", "crops", "target")


def test_an_unknown_kind_names_the_nearest():
    with pytest.raises(ConfigError, match=r"'transcripton'.*Did you mean 'transcription'"):
        kinds.get("transcripton")


def test_every_floor_of_a_kind_exists():
    from nascent.evaluate.floors import FLOORS

    for kind in kinds.KINDS.values():
        assert set(kind.floors) <= set(FLOORS)
