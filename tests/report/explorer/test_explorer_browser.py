"""The explorer in a real browser, from a file:// URL: pixels, keys, choices, address."""

import base64
import json
import re
from urllib.parse import quote

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import LinearSegmentedColormap

from nascent.kind import Words
from nascent.report.explorer.stage import Limits

IDS = [7, 12, 3, 40, 5, 21]
INPUTS = ["DAPI", "SON", "a <b> & 'c'"]
BY_TARGET = ["21", "12", "7", "40", "3", "5"]
SIGNED = ["#2166AC", "#92C5DE", "#FFFFFF", "#F4A582", "#B2182B"]
PLAIN = ["#FFFFFF", "#FDBE85", "#E6550D", "#7F2704"]


@pytest.fixture(scope="module")
def page(study):
    limits = Limits(cells=6, channels=3, megabytes=5, edge=None, seed=1)
    return study.write("browser.html", limits=limits)


@pytest.fixture
def tab(browser, page):
    """The page, freshly opened; afterwards nothing may have complained or left the file."""
    browser.complaints.clear()
    browser.requests.clear()
    browser.resize(1400, 1000)

    def opened(**told):
        fragment = "&".join(f"{name}={quote(str(value))}" for name, value in told.items())
        browser.open(page, f"#{fragment}" if fragment else "")
        return browser

    yield opened
    assert browser.complaints == []
    assert all(url.startswith(("file://", "about:", "data:")) for url in browser.requests)


def drawn(browser) -> dict[str, str]:
    """What the page has drawn last, once it is as the state says."""
    browser.wait(
        "document.body.dataset.drawn === ["
        "explanations[state.e].model, explanations[state.e].seed, explanations[state.e].method,"
        " index.cells[state.cell], state.channel].join('|')"
        " && document.body.dataset.drawing == drawing"
    )
    told = browser.run("document.body.dataset.drawn").split("|")
    return dict(zip(("model", "seed", "method", "cell", "channel"), told, strict=True))


def canvas(browser, part: str, channel: str | None = None) -> np.ndarray:
    """Pixels (h, w, 4) of a picture, of the first row or of a channel's."""
    row = f"[data-channel={json.dumps(channel)}]" if channel else ".first"
    found = browser.run(f"""(() => {{
        const node = document.querySelector({json.dumps(f".row{row} canvas[data-part={part}]")});
        const data = node.getContext('2d').getImageData(0, 0, node.width, node.height);
        return [node.height, node.width, Array.from(data.data)];
    }})()""")
    return np.array(found[2], np.uint8).reshape(found[0], found[1], 4)


def window(mask):
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def cell_of(study, cell):
    """Mask and its window of a cell."""
    at = IDS.index(cell)
    return at, study.masks[at], window(study.masks[at])


def ramp(stops, values):
    colours = LinearSegmentedColormap.from_list("", stops, N=4096)
    return 255 * colours(np.clip(values, 0, 1))[..., :3]


def grey(study, at, mask, channel):
    """The image as 0 to 255 between the 0.1th and 99.9th percentile of the measured pixels."""
    counts = study.images[at][..., ["DAPI", "EU", *INPUTS[1:]].index(channel)].astype(float)
    low, high = np.percentile(counts[mask], [0.1, 99.9])
    return 255 * np.clip((counts - low) / (high - low), 0, 1)


def test_the_page_opens_on_the_first_cell_and_the_top_channel(tab):
    browser = tab()
    told = drawn(browser)
    assert (told["model"], told["method"], told["cell"]) == ("cnn", "ig", BY_TARGET[0])
    kept = browser.run("explanations[0].kept")
    assert told["channel"] == kept[0]
    rows = browser.run("[...document.querySelectorAll('.row')].map((row) => row.dataset.channel)")
    assert rows == kept


@pytest.mark.parametrize("cell", [7, 40, 5])
@pytest.mark.parametrize("channel", ["SON", "a <b> & 'c'"])
def test_the_image_has_the_pixels_of_the_shard(tab, study, cell, channel):
    browser = tab(cell=cell, channel=channel)
    assert drawn(browser)["channel"] == channel
    at, mask, box = cell_of(study, cell)
    shown = canvas(browser, "image")
    assert shown.shape[:2] == mask[box].shape
    assert (shown[..., 3] == 255 * mask[box]).all()
    expected = grey(study, at, mask, channel)[box]
    inside = mask[box]
    assert np.abs(shown[inside][:, :3] - expected[inside][:, None]).max() <= 1.01


@pytest.mark.parametrize(
    ("model", "method", "stops"),
    [
        ("cnn", "ig", SIGNED),
        ("linear", "ig", SIGNED),
        ("cnn", "vargrad", PLAIN),
        ("cnn", "cam", PLAIN),
    ],
)
def test_the_map_has_the_colours_of_the_scores(tab, study, model, method, stops):
    browser = tab(model=model, method=method, cell=40, channel="DAPI")
    assert drawn(browser)["method"] == method
    at, mask, box = cell_of(study, 40)
    maps = study.maps[model, method][at]
    plane = maps[..., 0 if method == "cam" else INPUTS.index("DAPI")]
    most = np.percentile(np.abs(maps[mask]), 99.5)
    places = (plane / most + 1) / 2 if stops is SIGNED else plane / most
    expected = ramp(stops, places)[box]
    shown = canvas(browser, "map")
    inside = mask[box]
    # Half a step of the scores and half a step of 512 colours.
    assert np.abs(shown[inside][:, :3] - expected[inside]).max() <= 6
    assert np.ptp(expected[inside], axis=0).max() > 60
    assert (shown[~inside] == 0).all()


def test_the_overlay_colours_the_largest_scores_alone(tab, study):
    browser = tab(model="cnn", method="ig", cell=5, channel="SON")
    drawn(browser)
    at, mask, box = cell_of(study, 5)
    maps = study.maps["cnn", "ig"][at]
    size = np.abs(maps[..., INPUTS.index("SON")])
    threshold = np.quantile(np.abs(maps[mask]), 0.9)
    step = np.percentile(size[mask], 99.9) / 127
    image, overlay = canvas(browser, "image"), canvas(browser, "overlay")
    colours = canvas(browser, "map")
    high, low = (
        (size > threshold + step)[box] & mask[box],
        (size < threshold - step)[box] & mask[box],
    )
    assert high.sum() >= 3 and low.sum() >= 20
    np.testing.assert_array_equal(overlay[low], image[low])
    mixed = 0.85 * colours[high][:, :3] + 0.15 * image[high][:, :3]
    assert np.abs(overlay[high][:, :3] - mixed).max() <= 1


@pytest.mark.parametrize("share", [5, 30])
def test_the_overlay_colours_the_share_asked_for(tab, study, share):
    browser = tab(model="cnn", method="ig", cell=5, channel="SON", beside=",".join(INPUTS))
    drawn(browser)
    control = "at('look-share')"
    browser.run(f"{control}.value = {share}; {control}.dispatchEvent(new Event('input'))")
    drawn(browser)
    coloured = 0
    for channel in INPUTS:
        overlay = canvas(browser, "overlay", channel)
        coloured += (overlay != canvas(browser, "image", channel)).any(axis=-1).sum()
    _, mask, _ = cell_of(study, 5)
    # Rounded scores may be equal at the threshold.
    assert coloured == pytest.approx(share / 100 * 3 * mask.sum(), abs=2)


def test_contrast_and_scale_change_the_pictures(tab, study):
    browser = tab(cell=40, channel="SON")
    drawn(browser)
    before, map_before = canvas(browser, "image"), canvas(browser, "map")
    browser.run(
        "for (const [id, value] of [['look-white', 50], ['look-bright', -1]]) {"
        " at(id).value = value; at(id).dispatchEvent(new Event('input')); }"
    )
    drawn(browser)
    after, map_after = canvas(browser, "image"), canvas(browser, "map")
    _, mask, box = cell_of(study, 40)
    inside = mask[box]
    expected = np.minimum(2.0 * before[inside][:, 0], 255)
    assert np.abs(after[inside][:, 0] - expected).max() <= 2
    # Half as strong: nearer to white, the colour of 0.
    assert map_after[inside][:, :3].mean() > map_before[inside][:, :3].mean() + 2


def test_arrows_move_through_cells_and_channels(tab):
    browser = tab()
    seen = [drawn(browser)["cell"]]
    for _ in range(6):
        browser.press("ArrowRight")
        seen.append(drawn(browser)["cell"])
    assert seen == [*BY_TARGET, BY_TARGET[-1]]
    browser.press("ArrowLeft")
    assert drawn(browser)["cell"] == BY_TARGET[-2]
    browser.press("Home")
    assert drawn(browser)["cell"] == BY_TARGET[0]
    browser.press("End")
    assert drawn(browser)["cell"] == BY_TARGET[-1]
    bars = browser.run("[...document.querySelectorAll('.channel')].map((b) => b.dataset.channel)")
    browser.run(f"show({json.dumps(bars[0])})")
    assert drawn(browser)["channel"] == bars[0]
    browser.press("ArrowDown")
    assert drawn(browser)["channel"] == bars[1]
    browser.press("ArrowUp")
    browser.press("ArrowUp")
    assert drawn(browser)["channel"] == bars[0]


def test_keys_belong_to_the_control_that_has_the_focus(tab):
    browser = tab(cell=7)
    drawn(browser)
    for control in ("pick-sort", "look-share"):
        browser.run(f"at('{control}').focus()")
        browser.press("ArrowRight")
        browser.press("m")
        told = drawn(browser)
        assert (told["cell"], told["method"]) == ("7", "ig")


def test_bars_are_sorted_by_share_and_choose_the_channel(tab, study):
    browser = tab(cell=3)
    drawn(browser)
    bars = browser.run(
        "[...document.querySelectorAll('#bars li')].map((li) => "
        "[li.querySelector('.channel').dataset.channel, li.querySelector('.amount').textContent])"
    )
    at, mask, _ = cell_of(study, 3)
    sums = np.abs(study.maps["cnn", "ig"][at][mask]).sum(axis=0)
    order = np.argsort(-sums)
    assert [name for name, _ in bars] == [INPUTS[i] for i in order]
    shares = [100 * sums[i] / sums.sum() for i in order]
    assert [float(text.removesuffix(" %")) for _, text in bars] == pytest.approx(shares, abs=0.06)
    browser.run("document.querySelectorAll('.channel')[2].click()")
    assert drawn(browser)["channel"] == bars[2][0]
    browser.run("document.querySelectorAll('.pin')[0].click()")
    drawn(browser)
    assert bars[0][0] in browser.run("location.hash && state.beside")


def test_the_model_and_the_method_can_be_picked(tab):
    browser = tab(cell=40)
    drawn(browser)

    def pick(name, value):
        browser.run(
            f"at('pick-{name}').value = {json.dumps(value)};"
            f" at('pick-{name}').dispatchEvent(new Event('change'))"
        )
        return drawn(browser)

    assert pick("method", "vargrad")["method"] == "vargrad"
    told = pick("model", "linear (seed 1)")
    # The linear model has no such method: its first stands in.
    assert (told["model"], told["method"], told["cell"]) == ("linear", "ig", "40")
    assert pick("method", "ablation")["method"] == "ablation"
    assert "no map" in browser.run("at('rows').textContent")
    assert browser.run("document.querySelectorAll('.row canvas').length") >= 1
    browser.press("m")
    assert drawn(browser)["method"] == "ig"
    browser.press("M", shift=True)
    assert drawn(browser)["model"] == "cnn"


def test_a_link_leads_to_what_was_seen(tab, page):
    browser = tab(cell=40, method="vargrad", channel="SON")
    drawn(browser)
    browser.press("ArrowRight")
    browser.press("ArrowDown")
    browser.press("p")
    seen = drawn(browser)
    link = browser.run("location.href")
    browser.open(page)
    assert drawn(browser) != seen
    browser.open(page, "#" + link.split("#", 1)[1])
    assert drawn(browser) == seen
    assert browser.run("state.beside") == [seen["channel"]]
    browser.run("location.hash = '#model=linear&cell=12&channel=DAPI'")
    browser.wait("explanations[state.e].model === 'linear'")
    told = drawn(browser)
    assert (told["model"], told["cell"], told["channel"]) == ("linear", "12", "DAPI")


def test_a_link_to_what_is_not_there_opens_the_page_all_the_same(tab):
    browser = tab(model="none", cell="none", channel="none", sort="none")
    assert drawn(browser)["cell"] == BY_TARGET[0]


def listed(browser):
    return browser.run("[...document.querySelectorAll('#list button')].map((b) => b.dataset.cell)")


def test_cells_are_filtered_and_sorted(tab, study):
    browser = tab(cell=40)
    drawn(browser)
    assert listed(browser) == BY_TARGET
    browser.run(
        "at('pick-sort').value = 'residual'; at('pick-sort').dispatchEvent(new Event('change'));"
        "at('pick-down').value = 'down'; at('pick-down').dispatchEvent(new Event('change'))"
    )
    drawn(browser)
    targets = np.array([310.0, 290.0, 420.0, 350.0, 500.0, 180.0])
    order = np.argsort(-(targets - study.predictions["cnn"]))
    assert listed(browser) == [str(IDS[i]) for i in order]
    browser.run(
        "at('pick-filter-well').value = 'B</script>';"
        "at('pick-filter-well').dispatchEvent(new Event('change'))"
    )
    assert drawn(browser)["cell"] == "5"
    assert listed(browser) == ["5"]
    browser.run(
        "at('pick-filter-stratum').value = 'low';"
        "at('pick-filter-stratum').dispatchEvent(new Event('change'))"
    )
    browser.wait("at('list').textContent.includes('No cell')")
    browser.press("ArrowRight")
    assert drawn(browser)["cell"] == "5"


def test_facts_and_checks_of_the_cell_are_told(tab, study):
    browser = tab(cell=12, model="linear")
    drawn(browser)

    def facts(name):
        script = f"[...at('{name}').children].map((node) => node.textContent)"
        found = browser.run(script)
        return dict(zip(found[::2], found[1::2], strict=True))

    known = facts("known")
    assert (known["cell"], known["stratum"], known["well"]) == ("12", "low", "A01")
    assert (known["measured"], known["these in"]) == ("290", "counts")
    predicted = study.predictions["linear"][1]
    residual = float(known["residual"].replace("−", "-"))
    assert residual == pytest.approx(290 - predicted, rel=2e-3)
    checks = facts("checks")
    assert checks["steps of the path"] == "30"
    assert checks["tolerance met"] == "no"
    assert browser.run("document.querySelector('#checks dd.warn').textContent") == "no"
    assert float(checks["completeness gap"]) == pytest.approx(predicted / 1000, rel=1e-3)
    told = browser.run("[...document.querySelectorAll('#more dd')].map((node) => node.textContent)")
    assert told == ["0.15", "0.45"]  # of 12, the second of six cells, in nucleus and rim
    rest = facts("rest")
    assert rest["area"] == str(study.masks[1].sum())


def test_the_pointer_reads_counts_and_scores(tab, study):
    browser = tab(cell=40, channel="SON")
    drawn(browser)
    at, mask, box = cell_of(study, 40)
    row, column = np.argwhere(mask[box])[len(np.argwhere(mask)) // 2]
    place = browser.run(
        "(() => { const box = document.querySelector('.first canvas').getBoundingClientRect();"
        " return [box.left, box.top, box.width, box.height]; })()"
    )
    height, width = mask[box].shape
    browser.move(
        place[0] + (column + 0.5) / width * place[2], place[1] + (row + 0.5) / height * place[3]
    )
    browser.wait("at('pixel').textContent")
    text = browser.run("at('pixel').textContent")
    assert text.startswith(f"SON, row {row}, column {column}: ")
    counts, score = re.search(r"([\d.]+) counts, score ([-−+\d.]+)$", text).groups()
    image, maps = study.images[at][box], study.maps["cnn", "ig"][at][box]
    range_of = float(np.ptp(study.images[at][mask][:, 2]))
    assert float(counts) == pytest.approx(float(image[row, column, 2]), abs=range_of / 400)
    largest = float(np.abs(maps[..., 1]).max())
    assert float(score.replace("−", "-")) == pytest.approx(
        float(maps[row, column, 1]), abs=largest / 100
    )


def test_all_models_and_methods_can_be_compared(tab):
    browser = tab(cell=40, channel="DAPI")
    drawn(browser)
    browser.press("c")
    browser.wait("document.querySelectorAll('#others button').length === 5")
    # Channel ablation has no map.
    assert browser.run("document.querySelectorAll('#others canvas').length") == 4
    browser.run("document.querySelectorAll('#others button')[3].click()")
    assert drawn(browser)["model"] == "linear"


def test_the_help_opens_and_closes_by_the_keyboard(tab):
    browser = tab()
    drawn(browser)
    browser.press("?")
    assert browser.run("at('help').open")
    text = browser.run("at('help').textContent")
    for words in ("next cell", "half a step", "99.9th percentile", "not what causes"):
        assert words in re.sub(r"\s+", " ", text)
    browser.press("ArrowRight")
    assert drawn(browser)["cell"] == BY_TARGET[0]
    browser.press("Escape")
    browser.wait("!at('help').open")


def test_every_control_has_a_name_and_the_focus_stays(tab):
    browser = tab()
    drawn(browser)
    nameless = browser.run(
        "[...document.querySelectorAll('button, select, input, canvas, svg')].filter((node) =>"
        " !node.textContent.trim() && !node.getAttribute('aria-label') && !node.labels?.length)"
        ".map((node) => node.outerHTML)"
    )
    assert nameless == []
    browser.run("document.querySelector('#list [aria-current=true]').focus()")
    browser.press("ArrowRight")
    drawn(browser)
    focused = "document.activeElement.dataset.cell"
    assert browser.run(focused) == BY_TARGET[1]
    assert BY_TARGET[1] in browser.run("at('said').textContent")


@pytest.mark.parametrize("width", [360, 700, 1000, 1800])
def test_the_page_fits_into_narrow_and_wide_windows(tab, width):
    browser = tab()
    drawn(browser)
    browser.resize(width, 800)
    wide, seen = browser.run("[document.documentElement.scrollWidth, innerWidth]")
    assert wide <= seen


def test_the_page_speaks_the_words_of_its_kind(tab, study):
    browser = tab()
    genes = Words(
        **{"example": "gene", "examples": "genes", "group": "cell cycle", "part": "file"},
        **{"feature": "base", "features": "bases", "place": "position", "places": "positions"},
    )
    browser.open(study.write("genes.html", words=genes, factors=("area",), batches=()), "")
    drawn(browser)
    filters = "[...document.querySelectorAll('[id^=pick-filter]')].map((box) => box.id)"
    assert browser.run(filters) == [
        f"pick-filter-{name}" for name in ("stratum", "cell_cycle", "area")
    ]
    labels = "[...document.querySelectorAll('#known dt')].map((name) => name.textContent)"
    assert browser.run(labels)[:5] == ["gene", "stratum", "split", "cell cycle", "area"]
    # What is left are names of columns: those of the table, and that of the group.
    said = browser.run(
        "const copy = document.body.cloneNode(true);"
        "copy.querySelectorAll('script, #rest').forEach((node) => node.remove());"
        "copy.textContent"
    ).replace("cell cycle", "")
    assert not re.search(r"(?i)\b(cell|well|channel|pixel)s?\b", said)
    assert "Gene 21 by cnn, ig" in said
    assert "A gene's maps share one colour scale" in said


def test_a_page_without_cells_says_so(tab, study):
    browser = tab()
    study.write("empty.html", explanations=[])
    browser.open(study.folder / "empty.html")
    assert "Nothing was explained" in browser.run("document.body.textContent")


def test_the_page_works_inside_of_a_report(tab, study, page, tmp_path):
    """Snakemake's report puts a page into an iframe, as a data: URI."""
    browser = tab()
    data = base64.b64encode(page.read_bytes()).decode()
    frame = tmp_path / "report.html"
    frame.write_text(
        "<!doctype html><body data-drawn=''><iframe style='width:1300px;height:900px'></iframe>"
        "<script>document.querySelector('iframe').src ="
        f"'data:text/html;charset=utf8;filename=explorer.html;base64,{data}'</script>"
    )
    browser.contexts.clear()
    browser.open(frame)
    inside = browser.inside_of_frame("document.body?.dataset.drawn?.startsWith('cnn|1|ig|21|')")
    assert inside


def test_a_page_opens_with_what_passes_and_says_what_is_wrong_with_the_rest(browser, study):
    columns = ["place", "model", "method", "standing", "sentence"]
    rows = [
        (1, "cnn", "vargrad", "passes", ""),
        (2, "cnn", "cam", "cannot tell", "Cannot tell of cam."),
        (3, "cnn", "ig", "fails", "Maps by ig do not depend on the model."),
    ]
    table = pd.DataFrame(rows, columns=columns)
    given = {"explanations": study.explanations[:3]}
    browser.open(study.write("standing.html", standings=table, **given), "")
    assert drawn(browser)["method"] == "vargrad"
    assert browser.run("at('standing').hidden && at('warning').hidden")
    options = "[...document.querySelectorAll('#pick-method option')].map((one) => one.textContent)"
    assert browser.run(options) == ["vargrad", "cam (undecided)", "ig (a check failed)"]
    browser.open(study.folder / "standing.html", "#method=ig")
    assert drawn(browser)["method"] == "ig"
    assert not browser.run("at('standing').hidden")
    assert browser.run("at('standing').textContent") == rows[2][-1]
    assert browser.run("getComputedStyle(at('standing')).backgroundColor") == "rgb(249, 220, 208)"
    given = {"explanations": study.explanations[:1]}
    browser.open(study.write("failing.html", standings=table.iloc[2:], **given), "")
    assert drawn(browser)["method"] == "ig"
    assert browser.run("at('warning').textContent").startswith("No explanation")
    shown = "at('warning').getBoundingClientRect().top < at('pick').getBoundingClientRect().top"
    assert browser.run(shown)
