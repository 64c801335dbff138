"""Imports that find some installed packages missing, so that what is never used is never loaded."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def hidden(*packages: str) -> Iterator[None]:
    """Let an import in this context find no such package, unless it is loaded already.

    Behind the context they are imported as ever.
    """
    absent = [name for name in packages if name not in sys.modules]
    # An import of a name that stands for None there fails as that of a missing package does.
    sys.modules.update(dict.fromkeys(absent))
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]
