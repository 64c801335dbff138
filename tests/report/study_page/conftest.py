"""The page of a small study."""

import shutil

import pytest
from study_folder import ROOT, small_config, write_study

from nascent.kind import kind_of
from nascent.report.study_page.build import write_page
from nascent.study_record import read_study_record
from nascent.words import speaking

CAPTIONS = ROOT / "workflow" / "report"


@pytest.fixture(scope="session")
def written(make):
    """A function that writes a study into a folder; it returns the folder."""

    def write(folder, *, well="P_A03", **changes):
        with pytest.MonkeyPatch.context() as patch, speaking(kind_of("cells").words.plain()):
            patch.chdir(ROOT)
            write_study(folder, make, small_config(**changes), well=well)
        return folder

    return write


@pytest.fixture(scope="session")
def paged():
    """A function that writes the page of a folder; it returns its path."""
    return lambda folder: write_page(folder, CAPTIONS)


@pytest.fixture(scope="session")
def page(written, paged, tmp_path_factory):
    """The page of a study that is done."""
    return paged(written(tmp_path_factory.mktemp("page") / "results" / "small"))


@pytest.fixture(scope="session")
def evil() -> str:
    """A name that would run a script where it is not escaped."""
    return 'B</script><img src=x onerror="document.title=1"><svg onload="document.title=2">'


@pytest.fixture(scope="session")
def evil_page(written, paged, tmp_path_factory, evil):
    """The page of a study with such names."""
    target = {"label": evil, "unit": "<i>"}
    return paged(written(tmp_path_factory.mktemp("evil") / "small", well=evil, target=target))


@pytest.fixture(scope="session")
def record(page):
    """The record of that study."""
    return read_study_record(page.parent)


@pytest.fixture
def folder(page, tmp_path):
    """A copy of that study, to be changed."""
    return shutil.copytree(page.parent, tmp_path / "small")
