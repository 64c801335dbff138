import numpy as np
import pytest

from nascent.errors import ConfigError
from nascent.kinds.cells.simulate.placement import FIELD_HEIGHT, FIELD_WIDTH, place_nuclei


def test_circles_around_nuclei_of_a_site_do_not_touch():
    rng = np.random.default_rng(2)
    reaches = rng.uniform(50, 110, 1080)
    places = place_nuclei(reaches, rng)
    for site in {place.site for place in places}:
        here = [i for i, place in enumerate(places) if place.site == site]
        xy = np.array([(places[i].x, places[i].y) for i in here])
        apart = np.hypot(*(xy[:, None] - xy).transpose(2, 0, 1))
        needed = reaches[here][:, None] + reaches[here]
        np.fill_diagonal(apart, np.inf)
        assert (apart > needed).all()


def test_every_middle_lies_in_the_field_and_border_cells_near_its_edge():
    rng = np.random.default_rng(3)
    places = place_nuclei(np.full(600, 70.0), rng)
    for place in places:
        from_edge = min(place.x, FIELD_WIDTH - place.x, place.y, FIELD_HEIGHT - place.y)
        assert from_edge > 0
        assert (from_edge < 2.2 * 70) == place.at_border


def test_too_many_nuclei_are_refused():
    with pytest.raises(ConfigError, match="do not fit"):
        place_nuclei(np.full(3000, 200.0), np.random.default_rng(0))
