"""What is chosen by name is a file of that name."""

import subprocess
import sys

import pytest

from nascent import by_name
from nascent.attribute.method import file_of_method, known_methods, method_of
from nascent.errors import AttributionError, ConfigError
from nascent.kind import kind_of


@pytest.fixture
def kinds(tmp_path, monkeypatch):
    """A package of a module, a folder and what cannot be chosen."""
    package = tmp_path / "kinds"
    (package / "cells").mkdir(parents=True)
    for name in ("__init__", "toy", "_shared", "cells/__init__", "cells/parts"):
        (package / f"{name}.py").write_text("")
    (package / "notes.txt").write_text("")
    (package / "__pycache__").mkdir()
    monkeypatch.setattr(by_name, "LIBRARY", tmp_path)
    return package


def test_modules_and_packages_can_be_chosen_and_what_they_share_cannot(kinds):
    assert by_name.known_names("nascent.kinds") == ("cells", "toy")
    files = {
        name: by_name.file_of("nascent.kinds", name, ConfigError, "kind")
        for name in ("cells", "toy")
    }
    assert files == {"cells": kinds / "cells" / "__init__.py", "toy": kinds / "toy.py"}


@pytest.mark.parametrize("name", ["toi", "_shared", "__init__", "../toy", "cells.parts", ""])
@pytest.mark.parametrize("ask", [by_name.file_of, by_name.load])
def test_what_is_not_there_is_refused(kinds, ask, name):
    with pytest.raises(ConfigError, match="there is no kind"):
        ask("nascent.kinds", name, ConfigError, "kind")


@pytest.mark.parametrize(
    ("ask", "error", "name", "nearest"),
    [
        (method_of, AttributionError, "oclusion", "occlusion"),
        (file_of_method, AttributionError, "vargard", "vargrad"),
        (kind_of, ConfigError, "celsl", "cells"),
    ],
)
def test_the_nearest_name_is_named(ask, error, name, nearest):
    with pytest.raises(error, match=f"'{name}'.*Did you mean '{nearest}'"):
        ask(name)


def test_no_framework_is_loaded_to_tell_what_methods_take_and_cost():
    code = (
        "import sys; from nascent.config.attribution import Method;"
        "from nascent.attribute.method import known_methods;"
        "from nascent.attribute.options import axes_of;"
        "from nascent.attribute.evaluations import evaluations;"
        "chosen = {name: Method(method=name).options() for name in known_methods()};"
        "[axes_of(name, options) for name, options in chosen.items()];"
        "[evaluations(name, options, (9, 9, 2)) for name, options in chosen.items()];"
        "assert not {'keras', 'tensorflow', 'torch', 'jax'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_shipped_methods_are_known():
    assert {"gradient", "integrated_gradients", "occlusion"} <= set(known_methods())
