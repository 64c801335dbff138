"""Which models have a hidden layer, told from config and files: no framework is loaded."""

import ast
from collections.abc import Sequence

from nascent.architecture_names import BACKBONES, source


def has_hidden_layer(
    architecture: str, *, head: Sequence[int] | None = None, embedding: int | None = None
) -> bool:
    """Return whether something learnt lies between a model's inputs and its output layer.

    A body that returns its input as it is has no weights. Such a model, as `linear` is, has a
    hidden layer only where the config gives it one.

    Parameters
    ----------
    architecture
        Its name, see `nascent.architecture_names`.
    head
        Units of dense layers behind the pooling, where the config says some.
    embedding
        Units of a plain layer before the output, where the config has one.
    """
    return bool(head) or embedding is not None or not _returns_its_input(architecture)


def _returns_its_input(architecture: str) -> bool:
    if architecture in BACKBONES:
        return False
    tree = ast.parse(source(architecture).read_text(encoding="utf-8"))
    body = next(
        node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "body"
    )
    steps = [node for node in body.body if not _is_text(node)]
    returned = steps[0].value if isinstance(steps[0], ast.Return) else None
    return isinstance(returned, ast.Name) and returned.id == body.args.args[0].arg


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
