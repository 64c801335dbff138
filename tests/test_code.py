import json
import os
import shutil

import pytest

from nascent import code, syntax_cache
from nascent.architecture_names import known_names, source
from nascent.attribute.method import file_of_method, known_methods
from nascent.syntax import syntax_of


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
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
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


def test_a_file_that_is_shipped_counts_with_the_modules_that_read_it(package):
    place, script = package
    for name in ("mine.tsv", "other.tsv"):
        (place / "resources" / "toy").mkdir(parents=True, exist_ok=True)
        (place / "resources" / "toy" / name).write_text("a\n1\n")
    (place / "inner" / "other.py").write_text("TABLE = resource_text('toy/other.tsv')\n")
    (place / "base.py").write_text("ONE = rows_of(resource_text('toy/mine.tsv'))\n")
    before = code.code_digest(script)
    (place / "resources" / "toy" / "other.tsv").write_text("a\n2\n")
    assert code.code_digest(script) == before
    (place / "resources" / "toy" / "mine.tsv").write_text("a\n2\n")
    assert code.code_digest(script) != before


@pytest.mark.parametrize("name", ["base", "inner/__init__", "../script"])
def test_what_a_file_says_of_itself_changes_nothing(package, name):
    place, script = package
    path = place / f"{name}.py"
    text = f"{path.read_text()}def f(x):\n    return [x, 'y']\n"
    path.write_text(text)
    before = code.code_digest(script)
    text = text.replace("'y']", "\n    'y',\n]")
    text = text.replace("def f(x):\n", "def f(x):\n    'Return x and y.'\n\n    # Why.\n")
    path.write_text(f"# A comment.\n'Another docstring.'\n\n{text}'A text.'\n")
    assert code.code_digest(script) == before


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x = 1", "x = 1.0"),
        ("x = 1", "x = True"),
        ("x = 'a'", "x = b'a'"),
        ("x = None", "x = ..."),
        ("x = 'a'", "x = 'b'"),
        ("x: int = 1", "x = 1"),
        ("f(a, b=c)", "f(a, c)"),
        ("x = (a, b)", "x = [a, b]"),
        ("{None: a}", "{**a}"),
        ("a and b", "a or b"),
        ("def f(a, *, b): pass", "def f(a, b): pass"),
        ("def f(a, /, b): pass", "def f(a, b): pass"),
        ("def f(a=1, b=2): pass", "def f(a=2, b=1): pass"),
        ("f'{a}'", "f'{a!r}'"),
        ("f'{a}'", "'{a}'"),
        ("del a", "a"),
        ("x = a[1:]", "x = a[:1]"),
        ("if a: b\nc", "if a:\n    b\n    c"),
    ],
)
def test_what_does_something_else_has_another_digest(one, other):
    assert syntax_of(one).digest != syntax_of(other).digest


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


SCIENCE = {
    "gradient": {"gradient_maps"},
    "input_x_gradient": {"gradient_maps"},
    "integrated_gradients": {"integrated_gradients"},
    "expected_gradients": {"expected_gradients"},
    "smoothgrad": {"noise", "integrated_gradients"},
    "smoothgrad_squared": {"noise", "integrated_gradients"},
    "vargrad": {"noise", "integrated_gradients"},
    "grad_cam": {"cam"},
    "hirescam": {"cam"},
    "occlusion": {"occlusion"},
    "channel_ablation": {"ablation"},
}


@pytest.mark.parametrize("name", known_methods())
def test_a_method_stands_on_what_computes_it_and_on_no_other_method(name):
    """Of a method that is not in the table nothing is known here: enter it."""
    modules = code.modules(file_of_method(name))
    science = {f"nascent.attribute.{module}" for module in set().union(*SCIENCE.values())}
    assert science & set(modules) == {f"nascent.attribute.{module}" for module in SCIENCE[name]}
    others = {f"nascent.attribute.methods.{other}" for other in known_methods()}
    assert not others & set(modules)


def test_attribution_stands_on_no_method(root):
    modules = code.modules(root / "workflow" / "scripts" / "attribute.py")
    assert "nascent.attribute.method" in modules
    assert not [name for name in modules if name.startswith("nascent.attribute.methods.")]


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
    digests = code.CodeDigests()
    for script in sorted((root / "workflow" / "scripts").rglob("*.py")):
        stage = script.stem.split("_")[0]
        names = digests.modules(script)
        # A job of several parts finds their scripts by name.
        own = ("nascent.parts", f"nascent.{stage}", f"nascent.kinds.cells.{stage}")
        assert any(name.startswith(own) for name in names), script.name


@pytest.fixture
def cache(tmp_path, package):
    """The place of the cache, which does not exist yet."""
    return tmp_path / "cache"


def test_no_file_is_parsed_twice_whatever_its_time(package, cache, monkeypatch):
    place, script = package
    before = code.code_digest(script)
    for path in place.rglob("*.py"):
        os.utime(path, (1, 1))
    parsed = []
    monkeypatch.setattr(syntax_cache, "syntax_of", lambda *text: parsed.append(text))
    assert code.code_digest(script) == before
    assert parsed == []


def test_a_change_is_seen_through_the_cache_even_of_equal_size_and_time(package, cache):
    place, script = package
    os.utime(place / "base.py", (1, 1))
    before = code.code_digest(script)
    (place / "base.py").write_text("ONE = 2\n")
    os.utime(place / "base.py", (1, 1))
    assert code.code_digest(script) != before


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", "\0", "no entries"])
def test_a_broken_cache_gives_the_same_digests_and_is_mended(package, cache, text):
    _, script = package
    before = code.code_digest(script)
    (file,) = (cache / "nascent").iterdir()
    whole = json.loads(file.read_text())
    file.write_text(
        json.dumps({key: ["a", [], [1]] for key in whole}) if text == "no entries" else text
    )
    assert code.code_digest(script) == before
    assert json.loads(file.read_text()) == whole


@pytest.mark.parametrize("how", ["a file is in the way", "no home"])
def test_where_nothing_can_be_kept_the_digests_are_the_same(package, cache, monkeypatch, how):
    _, script = package
    before = code.code_digest(script)
    if how == "no home":
        monkeypatch.delenv("XDG_CACHE_HOME")
        monkeypatch.setattr(syntax_cache.Path, "home", _no_home)
    else:
        shutil.rmtree(cache)
        cache.write_text("")
    assert code.code_digest(script) == before


def _no_home():
    raise RuntimeError("Could not determine home directory.")


def test_entries_that_nobody_asks_for_do_not_pile_up(package, cache, monkeypatch):
    place, script = package
    monkeypatch.setattr(syntax_cache, "MOST", 20)
    for number in range(30):
        (place / "base.py").write_text(f"ONE = {number}\n")
        code.code_digest(script)
    (file,) = (cache / "nascent").iterdir()
    assert len(json.loads(file.read_text())) <= 20


def test_packages_import_nothing(root):
    for path in sorted((root / "src" / "nascent").rglob("__init__.py")):
        imports = syntax_of(path.read_text()).imports
        assert not [name for name in imports if name.split(".")[0] == "nascent"], path
