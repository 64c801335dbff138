"""The words that a job speaks in: those of the study's kind of data."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from nascent.kind import Words

_GENERAL = Words()
_SPOKEN: ContextVar[Words] = ContextVar("words", default=_GENERAL)


def spoken() -> Words:
    """Return what figures, pages and messages call examples, groups and features just now."""
    return _SPOKEN.get()


@contextmanager
def speaking(words: Mapping[str, str] | None) -> Iterator[None]:
    """Speak in some words inside of this context, see `nascent.kind.Words.plain`.

    None leaves the words as they are.
    """
    if words is None:
        yield
        return
    token = _SPOKEN.set(Words(**words))
    try:
        yield
    finally:
        _SPOKEN.reset(token)


def worded(template: str, **values: object) -> str:
    """Return a text in the words of the study: `each {example}` is each cell, or each gene.

    See `nascent.kind.Words.captions` for the words.
    """
    return template.format(**spoken().captions(), **values)
