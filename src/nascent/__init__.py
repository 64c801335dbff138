"""nascent: what a model reads in biological data, and whether that can be trusted."""

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nascent.attribute.maps import open_maps
    from nascent.notebook.opening import open_model
    from nascent.notebook.study import open_study
    from nascent.store import Store, open_store

__version__ = version("nascent")
__all__ = ["Store", "__version__", "open_maps", "open_model", "open_store", "open_study"]

_PLACES = {
    "Store": "nascent.store",
    "open_maps": "nascent.attribute.maps",
    "open_model": "nascent.notebook.opening",
    "open_store": "nascent.store",
    "open_study": "nascent.notebook.study",
}


def __getattr__(name: str) -> Any:
    # Loaded on first use, so that `import nascent` costs nothing in short per-well jobs.
    if name in _PLACES:
        return getattr(import_module(_PLACES[name]), name)
    raise AttributeError(f"module 'nascent' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
