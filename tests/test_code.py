import os
import shutil

import pytest

from nascent import code
from nascent.architecture_names import known_names, source


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A small package: a script stands on `reader`, which stands on `base`; `other` is apart."""
    place = tmp_path / "nascent"
    (place / "inner").mkdir(parents=True)
    (place / "__init__.py").write_text("")
    (place / "inner" / "__init__.py").write_text("'''inner'''\n")
    (place / "base.py").write_text("ONE = 1\n")
    (place / "inner" / "reader.py").write_text("from nascent.base import ONE\n")
    (place / "inner" / "other.py").write_text("TWO = 2\n")
    (place / "lazy.py").write_text("THREE = 3\n")
    (place / "typed.py").write_text("FOUR = 4\n")
    script = tmp_path / "script.py"
    script.write_text(
        "from typing import TYPE_CHECKING\n"
        "import numpy\n"
        "from nascent.inner import reader\n"
        "if TYPE_CHECKING:\n    from nascent import typed\n"
        "def work():\n    from nascent import lazy\n"
    )
    monkeypatch.setattr(code, "PACKAGE", place)
    return place, script


def test_a_script_stands_on_what_it_imports_directly_lazily_and_through_others(package):
    _, script = package
    assert set(code.modules(script)) == {
        "nascent",
        "nascent.inner",
        "nascent.inner.reader",
        "nascent.base",
        "nascent.lazy",
    }


@pytest.mark.parametrize("name", ["base", "inner/reader", "inner/__init__", "lazy"])
def test_a_change_in_what_it_stands_on_changes_the_digest(package, name):
    place, script = package
    before = code.code_digest(script)
    with (place / f"{name}.py").open("a") as stream:
        stream.write("NEW = 0\n")
    assert code.code_digest(script) != before


@pytest.mark.parametrize("name", ["inner/other", "typed"])
def test_a_change_elsewhere_changes_nothing(package, name):
    place, script = package
    before = code.code_digest(script)
    (place / f"{name}.py").write_text("SOMETHING = 'else'\n")
    assert code.code_digest(script) == before


def test_a_file_that_is_only_found_by_name_counts_where_it_is_given(package):
    place, script = package
    other = place / "inner" / "other.py"
    alone, both = code.code_digest(script), code.code_digest(script, other)
    assert alone != both
    # What such a file imports counts with it.
    other.write_text("from nascent import typed\n")
    changed = code.code_digest(script, other)
    assert changed != both
    (place / "typed.py").write_text("FOUR = 5\n")
    assert code.code_digest(script, other) != changed
    assert code.code_digest(script) == alone


def test_training_stands_on_no_architecture_but_on_what_all_of_them_share(root):
    stands_on = set(code.modules(root / "workflow" / "scripts" / "train.py"))
    assert "nascent.train.architectures.pooling" in stands_on
    files = {source(name).stem for name in known_names()}
    assert not {f"nascent.train.architectures.{stem}" for stem in files} & stands_on


def test_touching_and_cloning_change_nothing(package, tmp_path, monkeypatch):
    place, script = package
    before = code.code_digest(script)
    for path in place.rglob("*.py"):
        os.utime(path, (1, 1))
    assert code.code_digest(script) == before
    shutil.copytree(place, tmp_path / "clone" / "nascent")
    shutil.copy(script, tmp_path / "clone")
    monkeypatch.setattr(code, "PACKAGE", tmp_path / "clone" / "nascent")
    assert code.code_digest(tmp_path / "clone" / "script.py") == before


def test_every_script_of_the_workflow_stands_on_its_stage(root):
    for script in sorted((root / "workflow" / "scripts").glob("*.py")):
        stage = script.stem.split("_")[0]
        names = code.modules(script)
        assert any(name.startswith(f"nascent.{stage}") for name in names), script.name
