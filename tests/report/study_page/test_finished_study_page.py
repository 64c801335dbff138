"""The report that a run of the workflow leaves, in a browser."""

import pytest
from browser import NARROW, WIDE

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def report(finished):
    return finished.results() / "report.html"


def test_the_run_leaves_a_report_of_everything(report):
    text = report.read_text()
    assert "This study is not finished" not in text
    assert report.stat().st_size < 10_000_000
    links = {link.partition("#")[0] for link in _links(text)}
    assert "report/explorer.html" in links
    for link in links - {""}:
        assert (report.parent / link).is_file(), link


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_it_is_quick_and_has_no_barrier(opened, report, width):
    tab = opened(report, width=width, height=900)
    painted = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"
    tab.wait(f"({painted})() > 0")
    assert tab.run(painted) < 1000
    tab.shot(f"run_{width}")
    assert tab.barriers() == []
    assert tab.too_wide() <= 0


def _links(text: str) -> list[str]:
    return [part.partition('"')[0].replace("&amp;", "&") for part in text.split(' href="')[1:]]
