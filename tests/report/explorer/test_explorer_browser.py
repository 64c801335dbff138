"""The explorer in a real browser, from a file:// address: pixels, keys, choices, address."""

import base64
import json
import re
from urllib.parse import quote

import numpy as np
import pytest
from browser import NARROW, WIDE
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.image import imread

from nascent.figures.palettes import palette, ramps
from nascent.kind import Words

IDS = [7, 12, 3, 40, 5, 21]
CHANNELS = ["DAPI", "EU", "SON", "a <b> & 'c'"]
INPUTS = ["DAPI", "SON", "a <b> & 'c'"]
BY_TARGET = ["21", "12", "7", "40", "3", "5"]
SIGNED, PLAIN = ramps("signed")["blue – red"], ramps("plain")["orange"]


@pytest.fixture(scope="module")
def page(study):
    return study.write("browser.html")


@pytest.fixture(scope="module")
def checked(study, standings, verdicts, planted):
    """A page of three explanations of which the checks say something, and of planted truth."""
    given = {"explanations": study.explanations[:3], "standings": standings}
    return study.write("checked.html", verdicts=verdicts, planted=planted, pixel_size=0.5, **given)


@pytest.fixture
def tab(opened, page):
    """A function that opens the page as a link says."""

    def open_page(path=page, **said):
        fragment = "&".join(f"{name}={quote(str(value))}" for name, value in said.items())
        found = opened(path, f"#{fragment}" if fragment else "")
        drawn(found)
        return found

    return open_page


def drawn(tab) -> dict[str, str]:
    """What the page has drawn last, once it is as the state says."""
    tab.wait(
        "document.body.dataset.drawn === ["
        "explanations[state.e].model, explanations[state.e].seed, explanations[state.e].method,"
        " index.cells[state.cell], state.channel].join('|')"
        " && document.body.dataset.drawing == drawing"
    )
    told = tab.run("document.body.dataset.drawn").split("|")
    return dict(zip(("model", "seed", "method", "cell", "channel"), told, strict=True))


def pick(tab, label, value):
    """Choose an entry of a select by what it says."""
    tab.page.get_by_label(label, exact=True).select_option(label=value)
    return drawn(tab)


def slide(tab, label, value):
    """Move a slider."""
    tab.page.get_by_label(label, exact=True).fill(str(value))
    return drawn(tab)


def bare(tab):
    """Take outlines and scale bars off the pictures."""
    boxes = "#outlines :checked, #look-bar:checked"
    tab.run("(boxes) => document.querySelectorAll(boxes).forEach((box) => box.click())", boxes)


def canvas(tab, study, cell, part, channel=None) -> np.ndarray:
    """Pixels (h, w, 3) of a cell as a picture shows them, each in the middle of its square."""
    at = IDS.index(int(cell))
    height, width = study.masks[at][window(study.masks[at])].shape
    row = f"[data-channel={json.dumps(channel)}]" if channel else ".first"
    found = tab.run(
        """([selector, height, width]) => {
        const node = document.querySelector(selector);
        const data = node.getContext('2d').getImageData(0, 0, node.width, node.height).data;
        const scale = node.width / Math.max(height, width);
        const place = (at, of) => Math.floor((node.width - of * scale) / 2 + (at + 0.5) * scale);
        return Array.from({length: height * width}, (_, i) => {
            const [y, x] = [place(Math.floor(i / width), height), place(i % width, width)];
            return Array.from(data.slice(4 * (y * node.width + x), 4 * (y * node.width + x) + 3));
        }); }""",
        [f".row{row} canvas[data-part={part}]", height, width],
    )
    return np.array(found, np.uint8).reshape(height, width, 3)


def window(mask):
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def cell_of(study, cell):
    """Place and mask of a cell, and the window of its mask."""
    at = IDS.index(cell)
    return at, study.masks[at], window(study.masks[at])


def grey(study, cell, channel):
    """A channel in its window as 0 to 1 between the 0.1th and 99.9th percentile of the mask."""
    at, mask, box = cell_of(study, cell)
    counts = study.images[at][..., CHANNELS.index(channel)].astype(float)
    low, high = np.percentile(counts[mask], [0.1, 99.9])
    return np.clip((counts - low) / (high - low), 0, 1)[box]


def scores_of(study, cell, method, channel):
    """A map in its window, and |score| at which the colours of the cell's maps end."""
    at, mask, box = cell_of(study, cell)
    maps = study.maps["cnn", method][at]
    plane = maps[..., 0 if method == "cam" else INPUTS.index(channel)]
    return plane[box], np.percentile(np.abs(maps[mask]), 99.5)


# ---------------------------------------------------------------- pixels


def test_the_page_opens_on_the_first_cell_and_the_top_channel(tab):
    browser = tab()
    told = drawn(browser)
    assert (told["model"], told["method"], told["cell"]) == ("cnn", "ig", BY_TARGET[0])
    kept = browser.run("explanations[0].kept")
    assert told["channel"] == kept[0]
    rows = browser.run("[...document.querySelectorAll('.row')].map((row) => row.dataset.channel)")
    assert rows == kept
    assert "6 of the 6 explained cells" in browser.page.locator("header").inner_text()


@pytest.mark.parametrize(("cell", "channel"), [(7, "SON"), (40, "a <b> & 'c'")])
def test_image_and_target_have_the_pixels_of_the_shard(tab, study, cell, channel):
    browser = tab(id=cell, channel=channel)
    bare(browser)
    _, mask, box = cell_of(study, cell)
    inside = mask[box]
    for part, name in (("image", channel), ("target", "EU")):
        shown = canvas(browser, study, cell, part)
        expected = 255 * grey(study, cell, name)
        assert np.abs(shown[inside] - expected[inside][:, None]).max() <= 1.01
    outside = to_rgb("#ececec")
    assert (canvas(browser, study, cell, "image")[~inside] == np.multiply(outside, 255)).all()
    assert "the model does not see it" in browser.page.locator(".row.first").inner_text()


@pytest.mark.parametrize(("method", "stops"), [("ig", SIGNED), ("vargrad", PLAIN), ("cam", PLAIN)])
def test_the_map_has_the_colours_of_the_scores(tab, study, method, stops):
    browser = tab(model="cnn", method=method, id=40, channel="DAPI")
    bare(browser)
    plane, most = scores_of(study, 40, method, "DAPI")
    colours = LinearSegmentedColormap.from_list("", stops, N=4096)
    places = (plane / most + 1) / 2 if stops is SIGNED else plane / most
    expected = 255 * colours(np.clip(places, 0, 1))[..., :3]
    _, mask, box = cell_of(study, 40)
    shown, inside = canvas(browser, study, 40, "map"), mask[box]
    # Half a step of the scores and half a step of 512 colours.
    assert np.abs(shown[inside] - expected[inside]).max() <= 6
    assert np.ptp(expected[inside], axis=0).max() > 60


def test_the_larger_a_score_the_more_the_overlay_hides_the_image(tab, study):
    browser = tab(model="cnn", method="ig", id=5, channel="SON")
    bare(browser)
    plane, most = scores_of(study, 5, "ig", "SON")
    _, mask, box = cell_of(study, 5)
    inside, over = mask[box], palette("overlay")
    share = np.minimum(np.abs(plane) / most, 1)[..., None]
    colour = np.where(plane[..., None] < 0, to_rgb(over["lowers"]), to_rgb(over["raises"]))
    image = grey(study, 5, "SON")[..., None]
    browser.run("at('looks').open = true")
    for cover in (1, 0.5):
        expected = 255 * (cover * share * colour + (1 - cover * share) * image)
        shown = canvas(browser, study, 5, "overlay")
        assert np.abs(shown[inside] - expected[inside]).max() <= 4
        slide(browser, "overlay: at most", 50)


def test_a_composite_adds_channels_in_colours_with_ranges_of_their_own(tab, study):
    browser = tab(id=40, channel="DAPI", image="DAPI,SON")
    bare(browser)
    _, mask, box = cell_of(study, 40)
    inside = mask[box]
    first, second = grey(study, 40, "DAPI")[..., None], grey(study, 40, "SON")[..., None]
    cyan, magenta = np.array([0, 1, 1]), np.array([1, 0, 1])
    expected = 255 * np.clip(first * cyan + second * magenta, 0, 1)
    assert np.abs(canvas(browser, study, 40, "image") - expected)[inside].max() <= 2
    browser.run("at('looks').open = true")
    slide(browser, "SON: full at", 50)
    expected = 255 * np.clip(first * cyan + np.clip(2 * second, 0, 1) * magenta, 0, 1)
    assert np.abs(canvas(browser, study, 40, "image") - expected)[inside].max() <= 3
    pick(browser, "colour 1", "none")
    expected = 255 * np.clip(2 * second, 0, 1) * magenta
    assert np.abs(canvas(browser, study, 40, "image") - expected)[inside].max() <= 3
    pick(browser, "image shows", "one channel in grey")
    assert np.abs(canvas(browser, study, 40, "image") - 255 * first)[inside].max() <= 2


def test_contrast_and_scale_change_the_pictures(tab, study):
    browser = tab(id=40, channel="SON")
    bare(browser)
    pictures = [canvas(browser, study, 40, part) for part in ("image", "map")]
    browser.run("at('looks').open = true")
    slide(browser, "SON: full at", 50)
    slide(browser, "map: stronger", -1)
    _, mask, box = cell_of(study, 40)
    inside = mask[box]
    expected = np.minimum(2.0 * pictures[0][inside], 255)
    assert np.abs(canvas(browser, study, 40, "image")[inside] - expected).max() <= 2
    # Half as strong: nearer to white, the colour of 0.
    assert canvas(browser, study, 40, "map")[inside].mean() > pictures[1][inside].mean() + 2


def test_outlines_are_drawn_along_the_masks_and_can_be_left_out(tab, study, checked):
    browser = tab(checked, id=40, channel="SON")

    def lines():
        """The heights at which the picture of the image is green, as shares of it."""
        found = browser.run("""() => {
            const node = document.querySelector('.first canvas[data-part=image]');
            const data = node.getContext('2d').getImageData(0, 0, node.width, node.height).data;
            const rows = Array.from({length: node.height}, (_, y) => y).filter((y) =>
                Array.from({length: node.width}, (_, x) => 4 * (y * node.width + x))
                    .some((i) => data[i + 1] - data[i] > 60));
            return rows.map((y) => y / node.height); }""")
        return np.array(found)

    assert len(lines()) == 0
    browser.page.get_by_label("planted truth").check()
    at = lines()
    rows = np.flatnonzero(study.masks[IDS.index(40)].any(axis=1))
    edges = (np.array([len(rows) // 2, len(rows) // 2 + 2])) / len(rows)
    _, mask, box = cell_of(study, 40)
    height, width = mask[box].shape
    scale = 1 / max(height, width)
    top = (1 - height * scale) / 2
    assert at.min() == pytest.approx(top + edges[0] * height * scale, abs=0.02)
    assert at.max() == pytest.approx(top + edges[1] * height * scale, abs=0.02)
    browser.press("o")
    drawn(browser)
    assert len(lines()) == 0


@pytest.mark.parametrize(("which", "unit"), [("page", "px"), ("checked", "µm")])
def test_a_scale_bar_has_a_round_length_in_the_unit_that_is_known(tab, request, which, unit):
    browser = tab(request.getfixturevalue(which))
    bar = browser.run("barOf(200, 200 / 10, 1)")  # a picture of ten pixels
    length, said = bar["text"].split(" ")
    assert said == unit
    pixel = 0.5 if unit == "µm" else 1
    assert bar["pixels"] == pytest.approx(float(length) / pixel * 20)
    assert 20 <= bar["pixels"] <= 67


def test_zoom_and_pan_move_all_pictures_alike(tab):
    browser = tab(id=40, channel="SON")

    def seen():
        return browser.run("panels.map((panel) => Object.values(placed(panel.image, 100)))")

    def zoom():
        return float(browser.page.locator("#zoom").inner_text().split(" ")[0])

    whole = seen()
    browser.press("+")
    assert zoom() == 1.5
    browser.page.get_by_role("button", name="zoom in").click()
    assert zoom() == 2.3
    assert len({tuple(one) for one in seen()}) == 1 and seen() != whole
    before = seen()
    browser.press("Shift+ArrowRight")
    assert seen()[0][1] < before[0][1]
    box = browser.page.locator(".first canvas[data-part=map]").bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    browser.page.mouse.move(*middle)
    browser.page.mouse.down()
    before = seen()
    browser.page.mouse.move(middle[0] - 20, middle[1])
    browser.page.mouse.up()
    assert seen()[0][1] < before[0][1]
    browser.press("-", "0")
    assert (zoom(), seen()) == (1, whole)
    browser.page.mouse.wheel(0, -300)
    browser.wait("state.view.zoom > 1.9")
    browser.page.get_by_role("button", name="whole").click()
    assert seen() == whole


def test_the_pictures_can_be_saved(tab, study, checked, artefacts):
    browser = tab(checked, id=40, channel="SON")
    with browser.page.expect_download() as download:
        browser.page.get_by_role("button", name="Save as PNG").click()
    assert download.value.suggested_filename == "tiny-40-cnn-vargrad-SON.png"
    path = artefacts / "explorer-saved.png"
    download.value.save_as(path)
    saved = imread(path)
    assert saved.shape[1] > 4 * 400
    # Four pictures beside each other, and text above and below.
    middle = saved[saved.shape[0] // 2, :, :3]
    assert (np.abs(np.diff((middle < 1).any(axis=1).astype(int))).sum()) >= 7
    assert (saved[:60, :, :3] < 0.5).any() and (saved[-40:, :, :3] < 0.5).any()


# ---------------------------------------------------------------- choices


def test_arrows_move_through_cells_and_channels(tab):
    browser = tab()
    seen = [drawn(browser)["cell"]]
    for _ in range(6):
        browser.press("ArrowRight")
        seen.append(drawn(browser)["cell"])
    assert seen == [*BY_TARGET, BY_TARGET[-1]]
    browser.press("Home")
    assert drawn(browser)["cell"] == BY_TARGET[0]
    browser.press("End", "ArrowLeft")
    assert drawn(browser)["cell"] == BY_TARGET[-2]
    bars = browser.run("[...document.querySelectorAll('.channel')].map((b) => b.dataset.channel)")
    browser.page.locator(".channel").first.click()
    browser.press("ArrowDown")
    assert drawn(browser)["channel"] == bars[1]
    browser.press("ArrowUp", "ArrowUp")
    assert drawn(browser)["channel"] == bars[0]


def test_keys_belong_to_the_control_that_has_the_focus(tab):
    browser = tab(id=7)
    browser.run("at('looks').open = true")
    for control in ("#pick-sort", "#look-cover", "#pick-jump"):
        browser.page.locator(control).focus()
        browser.press("ArrowRight", "m")
        told = drawn(browser)
        assert (told["cell"], told["method"]) == ("7", "ig")


def test_bars_are_sorted_by_share_and_choose_the_channel(tab, study):
    browser = tab(id=3)
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
    browser.page.locator(".channel").nth(2).click()
    assert drawn(browser)["channel"] == bars[2][0]
    browser.page.get_by_label(f"show {bars[1][0]} beside").click()
    rows = browser.page.locator(".row").evaluate_all("(all) => all.map((r) => r.dataset.channel)")
    assert bars[1][0] not in rows  # it was shown, and no longer is


def test_the_model_and_the_method_can_be_picked_in_words(tab):
    browser = tab(id=40)
    assert pick(browser, "method", "VarGrad (undecided)")["method"] == "vargrad"
    told = pick(browser, "model", "linear")
    # The linear model has no such method: its first stands in.
    assert (told["model"], told["method"], told["cell"]) == ("linear", "ig", "40")
    assert pick(browser, "method", "channel ablation (undecided)")["method"] == "ablation"
    assert "so it has no map" in browser.page.locator("#rows").inner_text()
    browser.press("m")
    assert drawn(browser)["method"] == "ig"
    browser.press("Shift+M")
    assert drawn(browser)["model"] == "cnn"


def test_a_link_leads_to_what_was_seen(tab, page):
    browser = tab(id=40, method="vargrad", channel="SON")
    browser.press("ArrowRight", "ArrowDown", "p", "x")
    seen = drawn(browser)
    link = browser.run("location.href").split("#")[1]
    assert f"id={seen['cell']}&model=cnn&seed=1&method=vargrad" in link
    browser.open(page)
    assert drawn(browser) != seen
    browser.open(page, f"#{link}")
    assert drawn(browser) == seen
    assert browser.page.get_by_label("image shows").input_value() == "composite"
    browser.run("location.hash = '#model=linear&id=12&channel=DAPI'")
    browser.wait("explanations[state.e].model === 'linear'")
    told = drawn(browser)
    assert (told["model"], told["cell"], told["channel"]) == ("linear", "12", "DAPI")


def test_a_link_to_what_is_not_there_opens_the_page_all_the_same(tab):
    browser = tab(model="none", id="none", channel="none", sort="none")
    assert drawn(browser)["cell"] == BY_TARGET[0]


def test_a_cell_is_found_by_its_name_whatever_the_filters(tab):
    browser = tab(**{"only.well": "A02"})
    browser.press("g")
    browser.page.keyboard.type("21")
    browser.press("Enter")
    assert drawn(browser)["cell"] == "21"
    assert listed(browser) == BY_TARGET
    browser.press("ArrowRight")
    assert drawn(browser)["cell"] == "12"
    browser.page.get_by_label("go to cell").fill("99")
    browser.press("Enter")
    assert browser.page.locator("#jumped").inner_text() == "No cell 99 among the 6 of this page."
    offered = "[...at('pick-jump').list.options].map((one) => one.value)"
    assert sorted(browser.run(offered)) == sorted(BY_TARGET)


def test_a_point_of_the_scatter_selects_its_cell(tab, study):
    browser = tab()
    browser.page.locator("[data-point='40']").click()
    assert drawn(browser)["cell"] == "40"
    # By keyboard: right to the next larger measured value, up to the next larger prediction.
    browser.page.locator("[data-point='40']").focus()
    browser.press("ArrowRight")
    assert drawn(browser)["cell"] == "3"
    order = np.argsort(study.predictions["cnn"])
    place = list(order).index(IDS.index(3))
    browser.press("ArrowDown")
    assert drawn(browser)["cell"] == str(IDS[order[place - 1]])


def listed(tab):
    return tab.run("[...document.querySelectorAll('#list button')].map((b) => b.dataset.cell)")


def test_cells_are_filtered_and_sorted(tab, study):
    browser = tab(id=40)
    assert listed(browser) == BY_TARGET
    pick(browser, "sorted by", "measured less predicted")
    pick(browser, "order", "highest first")
    targets = np.array([310.0, 290.0, 420.0, 350.0, 500.0, 180.0])
    order = np.argsort(-(targets - study.predictions["cnn"]))
    assert listed(browser) == [str(IDS[i]) for i in order]
    assert pick(browser, "well", "B</script>")["cell"] == "5"
    assert listed(browser) == ["5"]
    pick(browser, "measured level", "low")
    assert "No cell matches" in browser.page.locator("#list").inner_text()
    browser.press("ArrowRight")
    assert drawn(browser)["cell"] == "5"


def test_ten_plain_entries_sort_the_list_and_more_has_the_rest(tab):
    browser = tab()
    entries = "(id) => [...at(id).options].map((one) => one.textContent)"
    plain = browser.run(entries, "pick-sort")
    assert plain[-1] == "more…" and 5 <= len(plain) - 1 <= 10
    assert not [text for text in plain if "_" in text or "|" in text]
    browser.page.get_by_label("sorted by").select_option(label="more…")
    assert browser.run("document.activeElement.id") == "pick-more"
    rest = browser.run(entries, "pick-more")
    assert not set(rest) & set(plain) and not [text for text in rest if "_" in text]
    browser.page.get_by_label("more…", exact=True).select_option(label="nucleus share")
    drawn(browser)
    assert listed(browser) == [str(cell) for cell in IDS]  # shares grow in the order of the table


# ---------------------------------------------------------------- what is said


def test_facts_and_checks_of_the_cell_are_told(tab, study):
    browser = tab(id=12, model="linear")

    def facts(name):
        found = browser.run(f"[...at('{name}').children].map((node) => node.textContent)")
        return dict(zip(found[::2], found[1::2], strict=True))

    known = facts("known")
    assert (known["cell"], known["measured level"], known["well"]) == ("12", "low", "A01")
    assert (known["measured"], known["transcription rate"]) == ("290", "in counts")
    predicted = study.predictions["linear"][1]
    residual = float(known["measured less predicted"].replace("−", "-"))
    assert residual == pytest.approx(290 - predicted, rel=2e-3)
    checks = facts("checks")
    assert checks["steps of the path"] == "30"
    assert browser.run("document.querySelector('#checks dd.warn').textContent") == "no"
    told = browser.run("[...document.querySelectorAll('#more dd')].map((node) => node.textContent)")
    assert told == ["0.15", "0.45"]  # of 12, the second of six cells, in nucleus and rim
    assert facts("rest")["area"] == str(study.masks[1].sum())


def test_the_pointer_reads_counts_scores_and_target(tab, study):
    browser = tab(id=40, channel="SON")
    at, mask, box = cell_of(study, 40)
    row, column = np.argwhere(mask[box])[len(np.argwhere(mask)) // 2]
    place = browser.page.locator(".first canvas[data-part=map]").bounding_box()
    height, width = mask[box].shape
    scale = place["width"] / max(height, width)
    x = place["x"] + (place["width"] - width * scale) / 2 + (column + 0.5) * scale
    y = place["y"] + (place["height"] - height * scale) / 2 + (row + 0.5) * scale
    browser.page.mouse.move(x, y)
    text = browser.page.locator("#pixel").inner_text()
    assert text.startswith(f"SON, row {row}, column {column}: ")
    found = re.search(r"([\d.]+) counts, score ([-−+\d.]+), target ([\d.]+)$", text).groups()
    counts, score, target = (float(one.replace("−", "-")) for one in found)
    image, maps = study.images[at], study.maps["cnn", "ig"][at][box]
    for value, channel in ((counts, 2), (target, 1)):
        span = float(np.ptp(image[mask][:, channel]))
        assert value == pytest.approx(float(image[box][row, column, channel]), abs=span / 400)
    largest = float(np.abs(maps[..., 1]).max())
    assert score == pytest.approx(float(maps[row, column, 1]), abs=largest / 100)


def test_all_models_and_methods_can_be_compared(tab):
    browser = tab(id=40, channel="DAPI")
    browser.press("c")
    browser.wait("document.querySelectorAll('#others button').length === 5")
    # Channel ablation has no map.
    assert browser.page.locator("#others canvas").count() == 4
    browser.page.locator("#others button").nth(3).click()
    assert drawn(browser)["model"] == "linear"


def test_the_help_opens_and_closes_by_the_keyboard(tab):
    browser = tab()
    browser.press("?")
    text = re.sub(r"\s+", " ", browser.page.get_by_role("dialog").inner_text())
    for words in ("next cell", "half a step", "99.9th percentile", "not what causes"):
        assert words in text
    browser.press("ArrowRight")
    assert drawn(browser)["cell"] == BY_TARGET[0]
    browser.press("Escape")
    browser.wait("!at('help').open")


def test_the_focus_stays_with_a_moving_cell_and_is_announced(tab):
    browser = tab()
    browser.page.locator("#list [aria-current=true]").focus()
    browser.press("ArrowRight")
    drawn(browser)
    assert browser.run("document.activeElement.dataset.cell") == BY_TARGET[1]
    assert BY_TARGET[1] in browser.page.locator("#said").inner_text()


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_nothing_bars_a_reader_and_the_keyboard_reaches_everything(opened, checked, width):
    browser = opened(checked, width=width)
    drawn(browser)
    browser.shot(f"explorer-{width}")
    browser.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    pick(browser, "image shows", "a composite of channels")
    assert browser.barriers() == []
    assert len(browser.walk()) > 20
    assert browser.unreached() == []
    browser.shot(f"explorer-{width}-whole", whole=True)


def test_the_page_fits_into_narrow_and_wide_windows(tab):
    browser = tab()
    for width in (360, 800, 1000, 1800):
        browser.resize(width)
        assert browser.too_wide() <= 0, width


def test_the_page_speaks_the_words_of_its_kind(tab, study):
    genes = Words(
        **{"example": "gene", "examples": "genes", "group": "cell cycle", "part": "file"},
        **{"feature": "base", "features": "bases", "place": "position", "places": "positions"},
    )
    browser = tab(study.write("genes.html", words=genes, factors=("area",), batches=()))
    filters = "[...document.querySelectorAll('[id^=pick-filter]')].map((box) => box.id)"
    assert browser.run(filters) == [
        f"pick-filter-{name}" for name in ("stratum", "cell_cycle", "area")
    ]
    labels = "[...document.querySelectorAll('#known dt')].map((name) => name.textContent)"
    assert browser.run(labels)[:5] == ["gene", "measured level", "split", "cell cycle", "area"]
    # What is left are names of columns: those of the table, and that of the group.
    said = browser.run(
        "(() => { const copy = document.body.cloneNode(true);"
        "copy.querySelectorAll('script, #rest').forEach((node) => node.remove());"
        "return copy.textContent; })()"
    ).replace("cell cycle", "")
    assert not re.search(r"(?i)\b(cell|well|channel|pixel)s?\b", said)
    assert "Gene 21" in said
    assert "A gene's maps share one colour scale" in said


def test_a_page_without_cells_says_so(opened, study):
    browser = opened(study.write("empty.html", explanations=[]))
    assert "Nothing was explained" in browser.page.locator("main").inner_text()


def test_names_of_the_study_are_text_and_run_nothing(tab, study):
    evil = '<img src=x onerror="window.ran = 1">\'&'
    labels = {"target": f"{evil} ({evil})"}
    browser = tab(
        study.write("evil.html", study=evil, labels=labels, note=evil, record={evil: evil})
    )
    assert browser.run("window.ran") is None
    assert browser.page.locator("img").count() == 0
    assert evil in browser.page.locator("h1").inner_text()
    assert evil in browser.page.locator("#cell-sentence").inner_text()


def test_the_page_works_inside_of_a_report(opened, page, tmp_path):
    """Snakemake's report puts a page into an iframe, as a data: URI."""
    data = base64.b64encode(page.read_bytes()).decode()
    frame = tmp_path / "report.html"
    frame.write_text(
        "<!doctype html><body><iframe style='width:1300px;height:900px'></iframe>"
        "<script>document.querySelector('iframe').src ="
        f"'data:text/html;charset=utf8;filename=explorer.html;base64,{data}'</script>"
    )
    inside = opened(frame).page.frame_locator("iframe").locator("body[data-drawn^='cnn|1|ig|21|']")
    inside.wait_for(timeout=20_000)


def test_the_page_opens_with_what_passes_and_says_how_far_to_believe_it(tab, checked):
    browser = tab(checked)
    assert drawn(browser)["method"] == "vargrad"
    belief = browser.page.locator("#belief")
    text = belief.inner_text()
    assert "These maps passed both basic checks" in text
    # The skill has an end at 1, whatever the interval says.
    assert "R² 0.84 on 371 test cells in 12 wells (95 % interval 0.75 to 1.00 over cells)" in text
    assert "MAE is 29.5" in text and "(least squares on channel means) is 45" in text
    assert browser.page.locator("#warning").is_hidden()
    options = "[...at('pick-method').options].map((one) => one.textContent)"
    assert browser.run(options) == [
        "VarGrad", "Grad-CAM (undecided)", "Integrated Gradients (failed a check)",
    ]  # fmt: skip
    colour = "getComputedStyle(at('belief')).backgroundColor"
    passing = browser.run(colour)
    pick(browser, "method", "Integrated Gradients (failed a check)")
    assert "failed a check" in belief.inner_text()
    assert "Maps by ig do not depend on the model." in belief.inner_text()
    assert browser.run(colour) != passing


def test_where_all_maps_fail_a_check_that_is_said_above_all_else(tab, study, standings):
    given = {"explanations": study.explanations[:1], "standings": standings.iloc[2:]}
    browser = tab(study.write("failing.html", **given))
    warning = browser.page.locator("#warning")
    assert warning.inner_text().startswith("No explanation")
    assert warning.bounding_box()["y"] < browser.page.locator("#pick").bounding_box()["y"]
