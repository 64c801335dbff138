"""The study's figures: each module draws one from plain data and knows no files."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nascent.figures.save import save

__all__ = ["save"]


def __getattr__(name: str) -> Any:
    # matplotlib loads with the first figure, not with the package.
    if name == "save":
        function = import_module("nascent.figures.save").save
        globals()["save"] = function
        return function
    raise AttributeError(f"module 'nascent.figures' has no attribute {name!r}")
