import ast
import re
import subprocess
import sys

import pytest

import nascent.kinds
from nascent.code import code_digest, modules
from nascent.errors import ConfigError
from nascent.evaluate.floor_predictions import floors_of
from nascent.kind import FOLDERS, file_of_kind, kind_of, known_kinds


def test_a_kind_is_found_by_its_name():
    kind = kind_of("cells")
    assert (kind.name, kind.first_stage, kind.target) == ("cells", "crops", "target")


def test_an_unknown_kind_names_the_nearest():
    with pytest.raises(ConfigError, match=r"'celsl'.*Did you mean 'cells'"):
        kind_of("celsl")


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """A folder of a lab with one kind, which nothing of this process will know afterwards."""
    monkeypatch.setenv(FOLDERS, "")
    monkeypatch.setattr(nascent.kinds, "__path__", [*nascent.kinds.__path__])
    place = tmp_path / "lab" / "mine"
    place.mkdir(parents=True)
    (place / "kind.py").write_text("from nascent.kinds.mine.words import KIND\n")
    (place / "words.py").write_text("KIND = 'of a lab'\n")
    yield place
    for name in [name for name in sys.modules if name.startswith("nascent.kinds.mine")]:
        del sys.modules[name]


def test_a_kind_of_a_lab_is_found_by_its_folder_and_from_then_on_by_its_name(elsewhere):
    assert kind_of(str(elsewhere)) == kind_of("mine") == "of a lab"
    assert "mine" in known_kinds()
    assert file_of_kind("mine", "words") == elsewhere / "words.py"
    # What a job starts finds it as well.
    program = "from nascent.kinds.mine.kind import KIND; print(KIND)"
    job = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert job.stdout == "of a lab\n", job.stderr


def test_the_code_of_a_lab_counts_in_digests(elsewhere, tmp_path):
    kind_of(str(elsewhere))
    script = tmp_path / "script.py"
    script.write_text("from nascent.kinds.mine.kind import KIND\n")
    assert {"nascent.kinds.mine.kind", "nascent.kinds.mine.words"} <= set(modules(script))
    before = code_digest(script)
    (elsewhere / "words.py").write_text("KIND = 'of another lab'\n")
    assert code_digest(script) != before


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nothing", "no kind in the folder .*Name a folder"),
        ("mime", "no kind in the folder .*Did you mean '.*lab/mine'"),
        ("cells", "the name of another"),
        ("a-b", "no name of"),
    ],
)
def test_a_folder_that_can_be_no_kind_is_refused(elsewhere, name, message):
    place = elsewhere.parent / name
    place.mkdir()
    if name in ("cells", "a-b"):
        (place / "kind.py").write_text("")
    with pytest.raises(ConfigError, match=message):
        kind_of(str(place))


def test_every_floor_of_a_kind_exists():
    for name in known_kinds():
        floors = floors_of(name)
        assert {task: tuple(own) for task, own in floors.items()} == kind_of(name).floors


@pytest.mark.parametrize("place", ["src/nascent/kinds/cells", "tests/kinds/toy"])
def test_a_kind_answers_what_the_page_on_kinds_says(root, place):
    page = (root / "docs" / "kinds.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| `(\w+)\((.*)\)` \|", page, flags=re.MULTILINE))
    assert {"parts", "inputs", "targets", "columns"} <= set(told)
    tree = ast.parse((root / place / "parts.py").read_text(encoding="utf-8"))
    found = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    for name, arguments in told.items():
        assert len(found[name].args.args) == len(arguments.split(", ")), name
