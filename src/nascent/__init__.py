"""nascent: what a model reads in biological data, and whether that can be trusted."""

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nascent.store import Store, open_store

__version__ = version("nascent")
__all__ = ["Store", "__version__", "open_store"]


def __getattr__(name: str) -> Any:
    # Loaded on first use, so that `import nascent` costs nothing in short per-well jobs.
    if name in ("Store", "open_store"):
        return getattr(import_module("nascent.store"), name)
    raise AttributeError(f"module 'nascent' has no attribute {name!r}")
