"""The page of a study in a browser: it is quick, quiet, reached by keyboard, and runs no name."""

import pytest
from browser import NARROW, WIDE

OPEN_ALL = "() => document.querySelectorAll('details').forEach((one) => { one.open = true; })"
SHEET = "table-explain-regions"


def table_text(tab, column: int) -> list[str]:
    return tab.run(
        f"() => [...document.querySelectorAll('#{SHEET} tbody tr')].map("
        f"(row) => row.cells[{column}].textContent)"
    )


@pytest.fixture
def sheet(opened, page):
    """The page with one table open."""
    tab = opened(page)
    tab.run(f"() => {{ document.getElementById('{SHEET}').open = true; }}")
    tab.wait(f"document.querySelector('#{SHEET} .dt-search') !== null")
    return tab


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_the_page_fits_its_window_and_every_section_is_seen(opened, page, width):
    tab = opened(page, width=width, height=900)
    painted = tab.run(
        "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"
    )
    assert painted is None or painted < 1000
    tab.shot(f"report_{width}_first")
    for section in ("data", "models", "explanations", "checks", "provenance"):
        tab.run("(id) => document.getElementById(id).scrollIntoView()", section)
        tab.shot(f"report_{width}_{section}")
    assert tab.too_wide() <= 0
    tab.run(OPEN_ALL)
    assert tab.too_wide() <= 0


def test_the_answers_and_the_table_of_checks_fit_the_first_screen(opened, page):
    tab = opened(page, width=WIDE, height=900)
    below = "(what) => [...document.querySelectorAll(what)].at(-1).getBoundingClientRect().bottom"
    for what in (".answer", ".shot", "#trust"):
        assert tab.run(below, what) <= 900, what


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_nothing_bars_a_reader(opened, page, width):
    tab = opened(page, width=width)
    if width == WIDE:
        tab.run(OPEN_ALL)
        tab.wait("document.querySelectorAll('.dt-container').length > 5")
    assert tab.barriers() == []


def test_a_keyboard_reaches_everything(opened, page):
    tab = opened(page)
    tab.walk(most=600)
    assert tab.unreached() == []


def test_a_table_sorts_by_keyboard_and_says_so(sheet):
    sheet.page.locator(f"#{SHEET} thead th").nth(2).locator("[tabindex='0'], button").first.focus()
    sheet.press("Enter")
    sheet.wait(f"document.querySelector('#{SHEET} th[aria-sort=ascending]') !== null")
    # By value, not by text.
    assert table_text(sheet, 2)[:3] == ["\u2212600", "\u2212599", "\u2212598"]
    sheet.press("Enter")
    sheet.wait(f"document.querySelector('#{SHEET} th[aria-sort=descending]') !== null")
    sheet.shot("report_table")


def test_a_table_is_filtered_and_turned(sheet):
    sheet.page.locator(f"#{SHEET} .dt-search input").fill("c-58")
    sheet.wait(f"document.querySelectorAll('#{SHEET} tbody tr').length < 11")
    assert all(text.startswith("c-58") for text in table_text(sheet, 1))


def test_a_download_is_the_file_byte_for_byte(sheet, page):
    with sheet.page.expect_download() as waiting:
        sheet.page.click(f"#{SHEET} a.download")
    found = waiting.value
    assert found.suggested_filename == "regions.tsv"
    assert found.path().read_bytes() == (page.parent / "explain" / "regions.tsv").read_bytes()


def test_a_link_into_what_is_folded_away_opens_it(opened, page):
    tab = opened(page, "#model-linear")
    assert tab.run("() => document.getElementById('model-linear').open")
    tab.run("() => { location.hash = '#figures-cnn-grad_cam-regions'; }")
    tab.wait("document.getElementById('maps-cnn-grad_cam').open")


def test_hostile_names_run_nothing(opened, evil_page):
    tab = opened(evil_page)
    tab.run(OPEN_ALL)
    tab.wait("document.querySelectorAll('.dt-container').length > 5")
    assert tab.run("() => document.title") == "Study small"
    found = "document.querySelectorAll('[onerror], [onload], img[src=x], svg').length"
    assert tab.run(f"() => {found}") == 0
    assert "<img" in tab.run("() => document.getElementById('table-evaluate-levels').textContent")
