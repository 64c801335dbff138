"""Groups of channels in the config: what is taken, and what is refused before the first job."""

import pytest

from nascent.config.channels import check_channel_groups
from nascent.config.checks import check_study
from nascent.errors import ConfigError
from nascent.kinds.cells.channels import input_channels

MEASURED = {"study": "mine", "data": "wells", "target": {"channel": "00_EU"}}
CHANNELS = ["00_DAPI", "01_DAPI", "09_SRRM2", "BG488", "00_EU"]


def groups_of(given):
    study = check_study({**MEASURED, "explain": {"channel_groups": given}})
    check_channel_groups(study, {"image": input_channels(study, CHANNELS)})
    return study.explain.channel_groups


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("found", "found"),
        ("none", None),
        (None, None),
        ({}, None),
        ({"DNA": ["00_DAPI", "01_DAPI"]}, {"DNA": ["00_DAPI", "01_DAPI"]}),
    ],
)
def test_groups_are_found_or_named_or_not_wanted(given, taken):
    assert groups_of(given) == taken


def test_a_group_is_of_one_input():
    own = {"explain": {"channel_groups": {"both": ["A", "gc"]}}}
    study = check_study(MEASURED | own)
    with pytest.raises(ConfigError, match="of two inputs: A of sequence, gc of columns"):
        check_channel_groups(study, {"sequence": ["A", "C"], "columns": ["gc"]})


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("foud", r"explain.channel_groups: 'foud' is no choice: give `found`, `none` or a mapping"),
        ({"DNA": ["00_DAPI", "00_DAPI"]}, r"group 'DNA' names channel '00_DAPI' twice"),
        ({"DNA": ["00_DAPI"]}, r"group 'DNA' needs two channels or more, not 1"),
        ({"DNA": ["00_DAPI", "01_DAPY"]}, r"channel_groups.DNA: '01_DAPY'.*Did you mean '01_DAPI'"),
        # A channel that models do not see is none to choose from.
        ({"DNA": ["00_DAPI", "BG488"]}, r"'BG488' is none of the study's input channels"),
        (
            {"a": ["00_DAPI", "01_DAPI"], "b": ["01_DAPI", "09_SRRM2"]},
            r"channel_groups.b: '01_DAPI' is in the group 'a' too",
        ),
        ({"00_DAPI": ["00_DAPI", "01_DAPI"]}, r"'00_DAPI' is called like a channel"),
        ({" ": ["00_DAPI", "01_DAPI"]}, r"a group has no name"),
    ],
)
def test_a_group_that_cannot_be_is_refused(given, message):
    with pytest.raises(ConfigError, match=message):
        groups_of(given)


def test_the_bound_is_a_correlation():
    with pytest.raises(ConfigError, match=r"explain\.duplicates"):
        check_study({**MEASURED, "explain": {"duplicates": 1.5}})
