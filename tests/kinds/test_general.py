"""What is general knows no kind of data: neither its words, nor its modules, nor its name."""

import ast
import re
import subprocess
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from nascent.kind import shipped_kinds

ROOT = Path(__file__).parent.parent.parent
LIBRARY = ROOT / "src" / "nascent"
WORDS = re.compile(r"nucle|mapobject|00_EU", re.IGNORECASE)
FACTORS = re.compile(r"perturbation|cell_cycle")
OF_CELLS = re.compile(r"(?<![\w{.])(?:cells?|wells?)(?![\w}.])", re.IGNORECASE)
OF_IMAGES_OF_CELLS = re.compile(r"\b(?:cell|well|channel|pixel)s?\b", re.IGNORECASE)
ASKS_WHICH = re.compile(
    r"\b(?:(?:study|STUDY)\.kind|KIND\.name) *(?:==|!=|in\b)|\[\"kind\"\] *[=!]="
)
LOADER = "nascent.kind"
KINDS = "nascent.kinds"


def tracked(*places: str) -> list[Path]:
    """Return the files of the project in some places."""
    run = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *places],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / name for name in run.stdout.splitlines() if (ROOT / name).is_file()]


def general() -> list[Path]:
    """Return the files of the library, the rules and the scripts that are of no kind of data."""
    own = [LIBRARY / "kinds", ROOT / "rules" / "kinds", ROOT / "workflow" / "scripts" / "kinds"]
    own += [LIBRARY / "resources" / kind for kind in shipped_kinds()]
    # What was measured of the demo, which is of one kind.
    own += [LIBRARY / "resources" / "costs"]
    return [
        path
        for path in tracked("src/nascent", "rules", "workflow/scripts", "workflow/Snakefile")
        if not any(path.is_relative_to(place) for place in own)
    ]


def found(pattern: re.Pattern) -> list[str]:
    """Return where a pattern is found in what is general."""
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in general()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if pattern.search(line)
    ]


def test_nothing_general_speaks_of_what_one_kind_alone_has():
    assert len(general()) > 300
    assert found(WORDS) == []


def test_only_names_of_columns_speak_of_factors_that_one_kind_alone_has():
    # Which columns of a table hold names is the same for whoever reads it.
    places = [place for place in found(FACTORS) if not place.startswith("src/nascent/names.py")]
    assert places == []


@pytest.mark.parametrize("room", ["figures", "report", "explain"])
def test_sentences_take_their_words_from_the_kind(room):
    spoken = []
    for path in (LIBRARY / room).rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        prose = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(getattr(node, "body", None), list)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        prose |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        spoken += [
            f"{path.relative_to(LIBRARY)}:{node.lineno}: {node.value}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in prose
            and " " in node.value.strip()
            and OF_CELLS.search(node.value)
        ]
    assert spoken == []


def test_the_explorer_takes_its_words_from_the_kind():
    # Names of variables, of attributes and in the page's address are those of the tables.
    folder = LIBRARY / "resources" / "explorer"
    spoken = re.sub(r"<[^>]*>", "", (folder / "page.html").read_text(encoding="utf-8")).split("\n")
    program = "\n".join(path.read_text("utf-8") for path in sorted(folder.glob("*.js")))
    program = re.sub(r"^ *//.*$|\$\{[^{}]*\}", "", program, flags=re.M)
    spoken += [text for text in re.findall(r'"[^"\n]*"|`[^`]*`', program) if " " in text.strip()]
    assert len(spoken) > 100
    assert [text for text in spoken if OF_IMAGES_OF_CELLS.search(text)] == []


def test_nothing_asks_which_kind_a_study_is_of():
    assert found(ASKS_WHICH) == []


@pytest.mark.parametrize(
    "line", ['if STUDY.kind == "cells":', 'study.kind in ("a",)', 'study["kind"] == "cells"']
)
def test_a_question_for_the_kind_would_be_found(line):
    assert ASKS_WHICH.search(line)


def modules() -> dict[str, Path]:
    """Return name → file of the modules of the library."""
    found = {}
    for path in LIBRARY.rglob("*.py"):
        name = ".".join(path.relative_to(LIBRARY.parent).with_suffix("").parts)
        found[name.removesuffix(".__init__")] = path
    return found


MODULES = modules()


def imports_of(path: Path) -> set[str]:
    """Return the modules of the library that a file imports, inside functions too.

    What runs for type checkers alone is left out.
    """
    pending, told = [ast.parse(path.read_text(encoding="utf-8"))], set()
    while pending:
        node = pending.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.ImportFrom) and node.module:
            whole = {f"{node.module}.{name.name}" for name in node.names}
            told |= {name if name in MODULES else node.module for name in whole}
        elif isinstance(node, ast.Import):
            told |= {name.name for name in node.names}
        pending += ast.iter_child_nodes(node)
    return told & MODULES.keys()


GRAPH = {name: imports_of(path) for name, path in MODULES.items()}


def test_imports_go_in_no_circle():
    try:
        TopologicalSorter(GRAPH).prepare()
    except CycleError as error:
        pytest.fail(f"a circle of imports: {' <- '.join(error.args[1])}")


# Each room may import those before it: the stages as data flow, then what describes and shows them.
ROOMS = [
    *(
        "resources",
        "statistics",
        "splits",
        "tasks",
        "shards",
        "readers",
        "train",
        "tune",
        "attribute",
    ),
    *("evaluate", "embed", "explain", "figures", "config", "costs", "report", "kinds"),
    *("notebook", "export", "crate"),
]


def room_of(module: str) -> str:
    """Return the package below `nascent` that a module is of, or the name of a single module."""
    return (*module.split("."), "")[1]


def test_imports_go_from_a_room_to_those_before_it():
    packages = {path.parent.name for path in LIBRARY.glob("*/__init__.py")}
    assert set(ROOMS) == packages
    upward = {
        f"{name} imports {module}"
        for name, own in GRAPH.items()
        for module in own
        if {room_of(name), room_of(module)} <= packages
        and ROOMS.index(room_of(module)) > ROOMS.index(room_of(name))
    }
    assert upward == set()


def test_questions_of_explanations_import_each_other_in_no_circle():
    folders = {}
    for name, own in GRAPH.items():
        if name.startswith("nascent.explain."):
            others = {other.split(".")[2] for other in own if other.startswith("nascent.explain.")}
            folders.setdefault(name.split(".")[2], set()).update(others - {name.split(".")[2]})
    assert len(folders) > 15
    TopologicalSorter(folders).prepare()


def test_what_describes_kinds_and_figures_stands_on_errors_alone():
    allowed = {"nascent", "nascent.errors", KINDS}
    assert GRAPH[LOADER] <= allowed
    assert GRAPH["nascent.figure"] == set()


def test_nobody_imports_a_kind_but_the_loader_and_the_scripts_of_its_own_rules():
    outside = {name: own for name, own in GRAPH.items() if not name.startswith(KINDS)}
    told = {
        f"{name} imports {module}"
        for name, own in outside.items()
        for module in own
        if module.startswith(f"{KINDS}.") or (module == KINDS and name != LOADER)
    }
    for path in (ROOT / "workflow" / "scripts").glob("*.py"):
        told |= {f"{path.name} imports {name}" for name in imports_of(path) if KINDS in name}
    for path in (ROOT / "rules").rglob("*.smk"):
        if "kinds" not in path.parts and f"{KINDS}." in path.read_text():
            told.add(f"{path.name} imports a kind")
    assert told == set()
