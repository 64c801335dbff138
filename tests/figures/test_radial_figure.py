import numpy as np
import pandas as pd
import pytest

from nascent.explain.radial.mean_maps import MeanMapSums
from nascent.explain.radial.profiles import ALL, BINS, RADIAL
from nascent.figures import radial


def mean_maps(strata=("low", "medium", "high"), channels=("a", "b", ALL), sign=-1):
    v, u = np.mgrid[:20, :20] - 9.5
    mask = np.hypot(v, u) < 7
    sums = MeanMapSums(strata, channels)
    for k, stratum in enumerate(strata):
        for _ in range(k + 1):
            places = (mask * 1.0, sign * mask * (u > 0)) if len(channels) > 1 else (mask * 1.0,)
            sums.add(np.stack(places, axis=-1), mask, stratum)
    return sums.means([len(channels) - 1, *range(len(channels) - 1)])


def profiles(strata=("low", "medium", "high"), channels=("a", "b", ALL)):
    edges = np.linspace(0, 1, BINS + 1)
    parts = [
        pd.DataFrame({"inner": edges[:-1], "outer": edges[1:], "score": edges[1:] + 0.5}).assign(
            stratum=stratum, channel=channel, image=1.0, low=0.5, high=1.5, cells=6, groups=2
        )
        for stratum in (ALL, *strata)
        for channel in channels
    ]
    return pd.concat(parts).reindex(columns=RADIAL)


def lines(figure, gid):
    return [line for axes in figure.axes for line in axes.lines if line.get_gid() == gid]


def titles(figure):
    return [axes.get_title(loc="center") for axes in figure.axes if axes.get_title(loc="center")]


def test_each_stratum_has_its_mean_map_and_its_profile_beside_the_intensity():
    figure = radial.draw(profiles(), mean_maps(), pixel_size=0.5)
    assert titles(figure) == ["low\n1 cell", "medium\n2 cells", "high\n3 cells"]
    # All channels, and two of them; signed maps have no profile.
    for name in ("score low", "score high", "image"):
        assert len(lines(figure, name)) == 3
    assert lines(figure, "score low")[0].get_ydata()[-1] == pytest.approx(1.5)
    assert sum(len(axes.images) for axes in figure.axes[:12]) > 0
    said = " ".join(text.get_text() for text in figure.texts)
    assert "signed" in said
    assert any("µm" in text.get_text() for axes in figure.axes for text in axes.texts)


def test_maps_of_places_alone_and_without_negative_scores_have_one_line():
    figure = radial.draw(profiles(channels=(ALL,)), mean_maps(channels=(ALL,), sign=1))
    assert len(lines(figure, "image")) == 1
    assert "signed" not in " ".join(text.get_text() for text in figure.texts)


def test_of_many_strata_the_largest_are_drawn_and_none_is_no_figure():
    many = tuple("abcde")
    maps = mean_maps(strata=many)
    figure = radial.draw(profiles(strata=many), maps)
    assert [title[0] for title in titles(figure)] == ["c", "d", "e"]
    assert "largest strata" in radial.in_words(maps)
    none = radial.draw(profiles()[:0], mean_maps())
    assert "no maps" in none.axes[0].texts[0].get_text()
