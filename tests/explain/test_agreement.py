"""Agreement of explanations, from map files to the study's table."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from nascent.attribute.map_writer import write_maps
from nascent.attribute.maps import MapSource
from nascent.attribute.references import fitted
from nascent.attribute.results import Attributions
from nascent.errors import AttributionError
from nascent.explain.agreement.table import (
    AGREEMENT,
    Explanation,
    agreement_of_maps,
    differs,
    write_agreement,
)
from nascent.explain.statistics.sample import Sample
from nascent.files import read_table, write_table

CELLS, SIZE, CHANNELS = 24, 8, ("a", "b", "c")
SAMPLE = Sample(cells=100, confidence=0.95, draws=200, seed=1)


def masks_of(cells):
    masks = np.zeros((CELLS, SIZE, SIZE), bool)
    masks[:, 1:7, 1:7] = np.random.default_rng(9).random((CELLS, 6, 6)) < 0.9
    return masks[cells]


def write(
    path, maps, *, cells=None, channels=CHANNELS, axes="entry", model=None, masks=None, read_out=""
):
    cells = np.arange(CELLS) if cells is None else np.asarray(cells)
    one, nothing = np.ones(len(cells)), np.zeros(len(cells))
    write_maps(
        path,
        Attributions(
            maps.astype(np.float32), one, nothing, nothing, nothing.astype(int), one.astype(bool)
        ),
        ids=cells.tolist(),
        masks=masks_of(cells) if masks is None else masks,
        source=MapSource(
            channels, "gradient", {}, 1, model or str(path), "s", axes, read_out=read_out
        ),
    )
    return path


@pytest.fixture
def maps():
    """Maps of noise: a common pattern of channels, and what is each cell's own."""
    stream = np.random.default_rng(0)
    own = stream.gamma(2, size=(CELLS, SIZE, SIZE, 3))
    return own * np.array([1, 10, 100])


def other_noise(maps, seed=5):
    return maps * np.random.default_rng(seed).gamma(2, size=maps.shape)


def study(folder, *several, groups=("A", "B", "C")):
    groups = [*groups] * (CELLS // len(groups))
    cells = pd.DataFrame({"id": range(CELLS), "plate": "p", "group": groups})
    write_table(cells, folder / "cells.tsv")
    write_agreement(several, folder / "cells.tsv", folder / "agreement.tsv", sample=SAMPLE)
    return read_table(folder / "agreement.tsv")


def row(table, level, **labels):
    found = table[table["level"] == level]
    for name, value in labels.items():
        found = found[found[name] == value]
    (index,) = found.index
    return found.loc[index]


def test_cells_are_compared_one_by_one_however_they_lie_in_files(maps, tmp_path):
    whole = [write(tmp_path / "whole.h5", maps)]
    order = [*range(10, CELLS), *range(10)]
    parts = [
        write(tmp_path / "1.h5", maps[order[:9]], cells=order[:9], model="m"),
        write(tmp_path / "2.h5", maps[order[9:]], cells=order[9:], model="m"),
    ]
    found = agreement_of_maps(whole, parts)
    assert found.index.tolist() == list(range(CELLS))
    np.testing.assert_allclose(found, 1)
    chosen = agreement_of_maps(parts, whole, chosen=[3, 12])
    assert chosen.index.tolist() == [12, 3]


def test_cells_without_both_maps_are_told(maps, tmp_path):
    whole = [write(tmp_path / "whole.h5", maps)]
    part = [write(tmp_path / "part.h5", maps[:4], cells=range(4))]
    assert agreement_of_maps(whole, part).index.tolist() == [0, 1, 2, 3]
    with pytest.raises(AttributionError, match="1 of the chosen cells do not have both maps"):
        agreement_of_maps(whole, part, chosen=[1, 7])
    with pytest.raises(AttributionError, match="no maps"):
        agreement_of_maps(whole, [])


def test_maps_of_two_read_outs_are_no_one_explanation(maps, tmp_path):
    halves = {"treated": range(9), "control": range(9, CELLS)}
    files = [
        write(tmp_path / f"{name}.h5", maps[list(ids)], cells=ids, model="m", read_out=name)
        for name, ids in halves.items()
    ]
    with pytest.raises(AttributionError, match=r"differ in read_out.*control, not treated"):
        agreement_of_maps(files, files)


def test_maps_of_several_models_or_of_other_pixels_are_refused(maps, tmp_path):
    whole = [write(tmp_path / "whole.h5", maps)]
    mixed = [
        write(tmp_path / "1.h5", maps[:9], cells=range(9), model="m"),
        write(tmp_path / "2.h5", maps[9:], cells=range(9, CELLS), model="n"),
    ]
    with pytest.raises(AttributionError, match="differ in model_sha256"):
        agreement_of_maps(whole, mixed)
    with pytest.raises(AttributionError, match="a cell has maps in two files"):
        agreement_of_maps(whole, [*whole, write(tmp_path / "3.h5", maps, model=str(whole[0]))])
    shifted = np.roll(masks_of(np.arange(CELLS)), 1, axis=1)
    moved = [write(tmp_path / "moved.h5", maps, masks=shifted)]
    with pytest.raises(AttributionError, match="other pixels"):
        agreement_of_maps(whole, moved)


def test_maps_that_share_what_is_the_cells_own_agree_beyond_other_cells(maps, tmp_path):
    table = study(
        tmp_path,
        Explanation("cnn", 1, "ig", [write(tmp_path / "1.h5", maps)]),
        Explanation("cnn", 2, "ig", [write(tmp_path / "2.h5", other_noise(maps))]),
    )
    assert list(table.columns) == list(AGREEMENT)
    pair = row(table, "entries", seed=1, other_seed=2)
    assert pair["differs"] == "seed"
    assert pair["cells"] == CELLS
    assert pair["groups"] == 3
    # The pattern of the channels is in all maps, so other cells agree as well.
    assert 0.7 < pair["null"] < pair["mean"] < 1
    assert pair["beyond"] == pytest.approx(pair["mean"] - pair["null"])
    assert pair["verdict"] == "beyond other cells"
    assert row(table, "pixels", seed=1, other_seed=2)["null"] == pytest.approx(0, abs=0.1)


def test_maps_that_share_the_channels_alone_do_not_agree_beyond_other_cells(maps, tmp_path):
    stranger = np.random.default_rng(7).gamma(2, size=maps.shape) * np.array([1, 10, 100])
    table = study(
        tmp_path,
        Explanation("cnn", 1, "ig", [write(tmp_path / "1.h5", maps)]),
        Explanation("resnet", 5, "vargrad", [write(tmp_path / "2.h5", stranger)]),
    )
    pair = row(table, "entries", model="cnn", other_model="resnet")
    assert pair["mean"] > 0.7
    assert pair["beyond"] == pytest.approx(0, abs=0.05)
    assert pair["verdict"] == "cannot tell"
    assert pair["differs"] == "model and method"


def test_an_explanation_stands_beside_itself_with_the_level_of_other_cells(maps, tmp_path):
    table = study(tmp_path, Explanation("cnn", 1, "ig", [write(tmp_path / "1.h5", maps)]))
    assert table["level"].tolist() == ["entries", "pixels", "channels"]
    np.testing.assert_allclose(table["mean"], 1)
    assert (table["differs"] == "nothing").all()
    assert table["verdict"].isna().all()
    assert row(table, "channels")["null"] == pytest.approx(1)
    assert row(table, "pixels")["null"] == pytest.approx(0, abs=0.1)


def test_exchanged_maps_are_at_the_null(maps, tmp_path):
    """Maps that were given to the wrong cells agree no more than the null says."""
    wrong = np.roll(maps, 7, axis=0)
    table = study(
        tmp_path,
        Explanation("cnn", 1, "ig", [write(tmp_path / "1.h5", maps)]),
        Explanation("cnn", 2, "ig", [write(tmp_path / "2.h5", wrong)]),
    )
    pair = row(table, "pixels", seed=1, other_seed=2)
    assert pair["mean"] == pytest.approx(0, abs=0.12)
    assert pair["beyond_low"] < 0 < pair["beyond_high"]
    assert pair["verdict"] == "cannot tell"


def test_the_other_cell_is_fitted_into_the_outline(maps, tmp_path):
    """Of two cells each is the other of the other; the null is computed here once more."""
    other = other_noise(maps)
    table = study(
        tmp_path,
        Explanation("cnn", 1, "ig", [write(tmp_path / "1.h5", maps[:2], cells=[0, 1])]),
        Explanation("cnn", 2, "ig", [write(tmp_path / "2.h5", other[:2], cells=[0, 1])]),
        groups=["A"],
    )
    masks = masks_of([0, 1])
    expected = np.mean(
        [
            stats.spearmanr(
                maps[i][masks[i]].sum(axis=1),
                fitted(other[1 - i], masks[1 - i], masks[i])[masks[i]].sum(axis=1),
            ).statistic
            for i in (0, 1)
        ]
    )
    assert row(table, "pixels", seed=1, other_seed=2)["null"] == pytest.approx(expected, abs=1e-6)


def test_what_follows_the_outline_of_every_nucleus_is_not_beyond_other_cells(tmp_path):
    """Nuclei of very different sizes whose maps are all dark at the rim and even inside."""
    stream = np.random.default_rng(2)
    masks = np.zeros((CELLS, 24, 24), bool)
    levels = np.zeros((CELLS, 24, 24))
    for number in range(CELLS):
        radius = 4 + 7 * number / CELLS
        v, u = np.mgrid[:24, :24] - 11.5
        levels[number] = np.minimum(3 * (1 - np.hypot(u, v) / radius), 1)
        masks[number] = levels[number] > 0
    maps = [
        (levels + stream.normal(0, 0.1, levels.shape))[..., None].repeat(3, axis=-1)
        for _ in range(2)
    ]
    table = study(
        tmp_path,
        *(
            Explanation("cnn", seed, "ig", [write(tmp_path / f"{seed}.h5", of_seed, masks=masks)])
            for seed, of_seed in enumerate(maps)
        ),
    )
    pair = row(table, "pixels", seed=0, other_seed=1)
    assert pair["mean"] > 0.5
    assert abs(pair["beyond"]) < 0.05


def test_models_of_other_channels_are_compared_over_those_that_both_see(maps, tmp_path):
    names = ("c", "x", "b")
    fewer = np.stack([maps[..., 2], maps[..., 0] * 1e6, maps[..., 1]], axis=-1)
    table = study(
        tmp_path,
        Explanation("all", 1, "ig", [write(tmp_path / "1.h5", maps)]),
        Explanation("few", 1, "ig", [write(tmp_path / "2.h5", fewer, channels=names)]),
    )
    for level in ("entries", "pixels", "channels"):
        assert row(table, level, model="all", other_model="few")["mean"] == pytest.approx(1)


def test_maps_without_channels_are_compared_by_pixel_alone(maps, tmp_path):
    places = maps.sum(axis=3, keepdims=True)
    table = study(
        tmp_path,
        Explanation("cnn", 1, "ig", [write(tmp_path / "1.h5", maps)]),
        Explanation("cnn", 1, "cam", [write(tmp_path / "2.h5", places, axes="place")]),
    )
    pair = table[(table["method"] == "ig") & (table["other_method"] == "cam")]
    assert pair["level"].tolist() == ["pixels"]
    assert pair["mean"].tolist() == pytest.approx([1])


def test_zero_maps_are_counted(maps, tmp_path):
    dark = maps.copy()
    dark[:5] = 0
    table = study(
        tmp_path,
        Explanation("cnn", 1, "ig", [write(tmp_path / "1.h5", maps)]),
        Explanation("cnn", 2, "ig", [write(tmp_path / "2.h5", dark)]),
    )
    pair = row(table, "entries", seed=1, other_seed=2)
    assert (pair["cells"], pair["missing"]) == (CELLS - 5, 5)


def test_a_study_that_explains_nothing_has_an_empty_table(tmp_path):
    table = study(tmp_path)
    assert table.empty
    assert list(table.columns) == list(AGREEMENT)


def test_the_same_seed_gives_the_same_bytes(maps, tmp_path):
    explained = Explanation("cnn", 1, "ig", [write(tmp_path / "1.h5", maps)])
    study(tmp_path, explained, explained)
    first = (tmp_path / "agreement.tsv").read_bytes()
    study(tmp_path, explained, explained)
    assert (tmp_path / "agreement.tsv").read_bytes() == first


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (("a", 1, "ig"), "nothing"),
        (("a", 2, "ig"), "seed"),
        (("a", 2, "vargrad"), "seed and method"),
        (("b", 1, "ig"), "model"),
        (("b", 2, "ig"), "model"),
        (("b", 2, "vargrad"), "model and method"),
    ],
)
def test_it_is_said_in_what_two_explanations_differ(other, said):
    assert differs(Explanation("a", 1, "ig", []), Explanation(*other, [])) == said
