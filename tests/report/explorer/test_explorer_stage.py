import base64
import json
import logging
import re
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from nascent.attribute.map_writer import MapParts, join_maps, write_maps
from nascent.attribute.maps import open_maps
from nascent.attribute.results import Attributions
from nascent.errors import AttributionError
from nascent.explain.exports.h5ad import write_h5ad
from nascent.explain.exports.scores import channel_scores
from nascent.explain.standing import FAILS, OPEN, ORDER, PASSES, STANDING
from nascent.kind import Words
from nascent.report.explorer.shown import score_unit
from nascent.report.explorer.stage import Explanation, Limits

LIMITS = Limits(cells=6, channels=3, megabytes=5, edge=None, seed=1)


def blobs(page) -> dict[str, str]:
    """Name → text of the page's data."""
    text = page.read_text("utf-8")
    return dict(re.findall(r'<script type="[^"]+" id="([^"]+)">(.*?)</script>', text, re.DOTALL))


def index_of(page) -> dict:
    return json.loads(blobs(page)["index"])


def test_the_page_needs_no_other_file(study):
    text = study.write().read_text("utf-8")
    assert text.startswith("<!doctype html>")
    code = re.sub(r'<script type="text/plain".*?</script>', "", text)
    # The one address is the name of the SVG language, which nothing fetches.
    assert set(re.findall(r"\w+://[^\s\"'`]+", code)) == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"\ssrc=|@import|url\(", code)
    assert not re.search(r"{{\w+}}", code)


def test_every_cell_has_its_image_and_the_maps_that_have_pixels(study):
    found = blobs(study.write())
    for cell in range(6):
        assert f"image-{cell}" in found
        have = [e for e in range(5) if f"map-{e}-{cell}" in found]
        assert have == [0, 1, 2, 3]  # channel ablation has no map


def test_the_pixels_are_those_of_shard_and_maps(study):
    page = study.write()
    index, found = index_of(page), blobs(page)
    assert (index["images"], index["target"]) == (["DAPI", "SON", "a <b> & 'c'"], "EU")
    for number, cell in enumerate(index["cells"]):
        at = [7, 12, 3, 40, 5, 21].index(int(cell))
        mask = study.masks[at]
        rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
        window = index["windows"][number]
        assert window["height"] == rows[-1] - rows[0] + 1
        assert window["width"] == columns[-1] - columns[0] + 1
        pixels = int(mask.sum())
        raw = zlib.decompress(base64.b64decode(found[f"image-{number}"]))
        # Behind the channels of the maps comes the picture of the target.
        scale = np.frombuffer(raw[:32], "<f4").reshape(4, 2)
        planes = np.frombuffer(raw[-4 * pixels :], np.uint8).reshape(4, pixels)
        shown = scale[:, :1] + planes * scale[:, 1:]
        true = study.images[at][mask][:, [0, 2, 3, 1]].T.astype(float)
        low, high = np.percentile(true, [0.1, 99.9], axis=1, keepdims=True)
        limited = np.clip(true, low, high)
        assert (np.abs(shown - limited) <= scale[:, 1:] / 2 * 1.001).all()
        kept = index["explanations"][0]["kept"]
        raw = zlib.decompress(base64.b64decode(found[f"map-0-{number}"]))
        scale = np.frombuffer(raw[:24], "<f4").reshape(3, 2)
        planes = np.frombuffer(raw[24:], np.uint8).reshape(3, pixels)
        order = [["DAPI", "SON", "a <b> & 'c'"].index(name) for name in kept]
        true = study.maps["cnn", "ig"][at][mask][:, order].T
        limit = np.percentile(np.abs(true), 99.9, axis=1, keepdims=True)
        shown = (planes - 127.0) * scale[:, 1:]
        # Maps lie on the disk as float16.
        assert (np.abs(shown - np.clip(true, -limit, limit)) <= scale[:, 1:] * 0.52).all()


def test_the_index_tells_what_the_tables_tell(study):
    index = index_of(study.write())
    assert index["explained"] == 6
    ids = [int(cell) for cell in index["cells"]]
    for one in index["explanations"]:
        maps = study.maps[one["model"], one["method"]]
        for row, cell in enumerate(ids):
            at = [7, 12, 3, 40, 5, 21].index(cell)
            scores = maps[at][study.masks[at]] if maps.shape[1] > 1 else maps[at, 0]
            sums = np.abs(scores).sum(axis=0)
            np.testing.assert_allclose(one["share"][row], sums / sums.sum(), rtol=2e-3)
            predicted = study.predictions[one["model"]][at]
            assert one["told"]["prediction"][row] == pytest.approx(predicted, rel=1e-6)
            target = index["columns"]["target"][row]
            residual = one["told"]["residual"][row]
            assert residual == pytest.approx(target - predicted, rel=1e-4)
            assert one["told"]["converged"][row] == (at != 1)
    assert {one["zero"] for one in index["explanations"] if one["method"] == "ig"} == {127}
    assert {one["zero"] for one in index["explanations"] if one["method"] == "vargrad"} == {0}


def test_cells_are_filtered_by_the_columns_of_their_kind(study):
    index = index_of(study.write())
    factors = ["perturbation", "cell_cycle"]
    assert index["filters"] == ["stratum", "well", "plate", *factors, "split"]
    assert index["facts"] == ["stratum", "split", "plate", "well", *factors]
    assert (index["group"], index["words"]["A_example"]) == ("well", "A cell")


def test_a_group_that_no_column_is_called_like_is_the_column_group(study):
    index = index_of(study.write(words=Words(), factors=["area"], batches=[]))
    assert index["filters"] == ["stratum", "group", "area", "split"]


def test_cells_are_drawn_evenly_over_the_strata(study):
    index = index_of(study.write(limits=replace(LIMITS, cells=3)))
    assert sorted(index["columns"]["stratum"]) == ["high", "low", "medium"]
    assert (
        len(index["cells"]) == len(index["windows"]) == len(index["explanations"][0]["share"]) == 3
    )
    assert index["explained"] == 6


def test_only_the_channels_of_the_largest_shares_have_pixels(study):
    index = index_of(study.write(limits=replace(LIMITS, channels=1)))
    for one in index["explanations"]:
        if one["method"] == "cam":
            assert one["kept"] == ["all"]
        elif one["method"] == "ablation":
            assert one["kept"] == []
        else:
            means = np.mean(one["share"], axis=0)
            assert one["kept"] == [one["channels"][int(np.argmax(means))]]
        assert len(one["share"][0]) == len(one["channels"])
    assert {name for one in index["explanations"] for name in one["kept"]} - {"all"} <= {
        *index["images"]
    }


def test_a_page_that_would_be_too_large_has_fewer_cells_and_says_so(study, caplog):
    whole = study.write("whole.html").stat().st_size
    limit = whole - 1500
    with caplog.at_level(logging.WARNING):
        page = study.write("less.html", limits=replace(LIMITS, megabytes=limit / 1e6))
    cells = len(index_of(page)["cells"])
    assert 1 <= cells < 6
    assert page.stat().st_size <= limit
    assert f"{cells} of 6 cells fit" in caplog.text
    # The cells that stay are the first of the same order.
    assert index_of(page)["cells"] == index_of(study.folder / "whole.html")["cells"][:cells]


def test_a_page_without_room_for_a_cell_is_a_page(study):
    page = study.write("none.html", limits=replace(LIMITS, megabytes=0.001))
    assert index_of(page)["cells"] == []


def test_large_windows_are_binned(study):
    index = index_of(study.write("small.html", limits=replace(LIMITS, edge=4)))
    assert max(one["bin"] for one in index["windows"]) > 1
    assert all(max(one["height"], one["width"]) <= 4 for one in index["windows"])


def test_a_study_that_explains_nothing_has_a_page(study):
    index = index_of(study.write("nothing.html", explanations=[]))
    assert (index["cells"], index["explanations"]) == ([], [])


def test_the_same_inputs_make_the_same_page(study):
    assert study.write("one.html").read_bytes() == study.write("two.html").read_bytes()


def test_maps_of_another_shard_are_refused(study):
    first = study.explanations[0]
    swapped = Explanation(first.scores, first.maps[::-1])
    with pytest.raises(AttributionError, match="made from another shard"):
        study.write(explanations=[swapped])


COLUMNS = ("DAPI", "area")  # one of which is the name of a channel, too


def with_columns(study, explanation, *, first=False, alone=False):
    """Return an explanation whose maps are of plain columns, too."""
    name = f"{Path(explanation.scores).stem}-{first}-{alone}"
    files = []
    for number, path in enumerate(explanation.maps):
        with open_maps(path) as maps:
            image = MapParts(maps.source, maps.places, [path])
            count, ids, digests = len(maps), maps.ids, maps.source
        one = np.ones(count)
        scores = np.array([[3.0, -5.0]] * count, np.float32)
        made = Attributions(scores, one, one, one, one.astype(int), one.astype(bool))
        source = replace(digests, channels=COLUMNS, input="columns", axes="entry")
        part = study.folder / f"{name}-columns-{number}.h5"
        write_maps(part, made, ids=ids, masks=np.ones(count, bool), source=source)
        columns = MapParts(source, (), [part])
        parts = [columns] if alone else [columns, image] if first else [image, columns]
        files.append(study.folder / f"{name}-{number}.h5")
        join_maps(parts, files[-1])
    scores = channel_scores(
        files,
        study.folder / "cells.tsv",
        study.folder / "explained.tsv",
        model="cnn",
        seed=1,
        method="ig",
    )
    write_h5ad(scores, study.folder / f"{name}.h5ad")
    return Explanation(study.folder / f"{name}.h5ad", files)


@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize("number", [0, 2, 4])
def test_of_several_inputs_the_plane_is_shown_also_where_features_share_a_name(
    study, first, number
):
    """Maps of pixels and channels, of places, and of channels alone."""
    plain = study.explanations[number]
    page = study.write("plain.html", explanations=[plain])
    several = study.write("several.html", explanations=[with_columns(study, plain, first=first)])
    alone, both = index_of(page), index_of(several)
    assert both["images"] == alone["images"]
    (one,), (other,) = alone["explanations"], both["explanations"]
    assert (other["kept"], other["axes"]) == (one["kept"], one["axes"])
    further = ["columns.DAPI", "columns.area"]
    parts = [further, one["channels"]] if first else [one["channels"], further]
    assert other["channels"] == [name for names in parts for name in names]
    assert np.nansum(other["share"][0]) == pytest.approx(1)
    pixels = {name: text for name, text in blobs(page).items() if re.match("(image|map)-", name)}
    assert pixels == {name: blobs(several)[name] for name in pixels}


def test_explanations_of_no_plane_are_left_out_or_refused(study, caplog):
    plain = study.explanations[0]
    columns = with_columns(study, plain, alone=True)
    page = study.write("left-out.html", explanations=[columns, plain])
    assert len(index_of(page)["explanations"]) == 1
    assert "explains no image" in caplog.text
    with pytest.raises(AttributionError, match=r"explorer needs images .* have 0 axes"):
        study.write("none.html", explanations=[columns])


def test_the_maps_are_read_as_they_are(study):
    """The truth of these tests is what the files hold, but for the rounding to float16."""
    with open_maps(study.explanations[0].maps[0]) as maps:
        np.testing.assert_allclose(maps[0], study.maps["cnn", "ig"][0], rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize(
    ("kind", "options", "unit"),
    [
        ("integrated_gradients", {"steps": 3}, "counts"),
        ("vargrad", {"over": "integrated_gradients", "statistic": "sd"}, "counts"),
        ("vargrad", {"over": "integrated_gradients", "statistic": "variance"}, "(counts)²"),
        ("gradient", {}, "counts per unit of input"),
        ("smoothgrad_squared", {"over": "gradient"}, "(counts per unit of input)²"),
        ("grad_cam", {}, ""),
    ],
)
def test_scores_have_the_unit_that_follows_from_the_method(kind, options, unit):
    assert score_unit(kind, options, "counts") == unit
    assert score_unit(kind, options, "") == ""


def standings(**of_method: str) -> pd.DataFrame:
    """Standings of the explanations, those not named fail; in the order of what they say."""
    pairs = [("cnn", "ig"), ("cnn", "vargrad"), ("cnn", "cam"), ("linear", "ig")]
    pairs.append(("linear", "ablation"))
    rows = [(model, method, of_method.get(f"{model}_{method}", FAILS)) for model, method in pairs]
    rows = sorted(rows, key=lambda row: ORDER.index(row[2]))
    return pd.DataFrame(
        [
            (n, *row, "", "", n == 1, "" if row[2] == PASSES else f"{row[0]} {row[1]}: {row[2]}.")
            for n, row in enumerate(rows, start=1)
        ],
        columns=list(STANDING),
    )


def test_the_page_opens_with_the_best_standing_and_what_fails_comes_last(study):
    table = standings(cnn_cam=PASSES, linear_ig=OPEN)
    index = index_of(study.write("standing.html", standings=table))
    told = [(one["model"], one["method"], one["standing"]) for one in index["explanations"]]
    assert told[0] == ("cnn", "cam", PASSES)
    assert told[1] == ("linear", "ig", OPEN)
    # Those that fail keep the order of the study.
    assert [one[:2] for one in told[2:]] == [
        ("cnn", "ig"), ("cnn", "vargrad"), ("linear", "ablation"),
    ]  # fmt: skip
    sentences = [one["sentences"] for one in index["explanations"]]
    assert sentences[:3] == [[], ["linear ig: cannot tell."], ["cnn ig: fails."]]
    assert index["warning"] == ""
    # The pixels go with their explanation: the map of `cam` has one plane.
    assert index["explanations"][0]["kept"] == ["all"]
    raw = zlib.decompress(base64.b64decode(blobs(study.folder / "standing.html")["map-0-0"]))
    assert len(raw) < 9 + study.masks[0].size


def test_where_all_fail_the_page_says_so_first(study):
    page = study.write("standing.html", standings=standings())
    assert "each of them fails" in index_of(page)["warning"]
    text = page.read_text("utf-8")
    assert text.index('id="warning"') < text.index('id="pick"')


def test_what_no_check_has_seen_is_undecided_and_says_so(study):
    table = standings(cnn_ig=PASSES)
    index = index_of(study.write("standing.html", standings=table[table["method"] != "cam"]))
    first, second, *others = index["explanations"]
    assert (first["method"], second["method"], second["standing"]) == ("ig", "cam", OPEN)
    assert "No check" in second["sentences"][0]
    assert {one["standing"] for one in others} == {FAILS}
