import pytest

from nascent.errors import ConfigError
from nascent.kind import kind_of, known_kinds


def test_a_kind_is_found_by_its_name():
    kind = kind_of("cells")
    assert (kind.name, kind.first_stage, kind.target) == ("cells", "crops", "target")


def test_an_unknown_kind_names_the_nearest():
    with pytest.raises(ConfigError, match=r"'celsl'.*Did you mean 'cells'"):
        kind_of("celsl")


def test_every_floor_of_a_kind_exists():
    from nascent.evaluate.floors import FLOORS

    for name in known_kinds():
        assert all(set(own) <= set(FLOORS[task]) for task, own in kind_of(name).floors.items())
