"""Maps on disk, without a study."""

from types import SimpleNamespace

import pytest

from nascent.attribute.maps import PLACE
from nascent.errors import AttributionError
from nascent.kind import Words
from nascent.notebook.map_sets import MapSet


def test_maps_of_places_alone_say_that_they_have_no_shares_of_channels():
    maps = object.__new__(MapSet)
    maps.model, maps.method = SimpleNamespace(words=Words(), study=None), "grad_cam"
    maps.source = SimpleNamespace(axes=PLACE, channels=("a", "b"))
    with pytest.raises(AttributionError, match="grad_cam have no shares of features"):
        _ = maps.shares
