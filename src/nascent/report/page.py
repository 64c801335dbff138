"""One self-contained HTML page: no script, no font and no image from elsewhere."""

from html import escape

_STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.5 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; color: #222;
  background: #fff; margin: 0 auto; padding: 1.5rem; max-width: 72rem; }
h1 { font-size: 1.45rem; margin: 0 0 .3rem; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; padding-bottom: .2rem;
  border-bottom: 1px solid #d9d9d9; }
p { margin: .3rem 0 .8rem; max-width: 48rem; color: #444; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; }
th, td { padding: .28rem .75rem; text-align: left; white-space: nowrap; }
thead th { border-bottom: 2px solid #222; position: sticky; top: 0; background: #fff; }
tbody tr:nth-child(odd) { background: #f5f5f5; }
tbody th { font-weight: 600; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
code, pre { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
pre { background: #f5f5f5; padding: .8rem 1rem; overflow-x: auto; font-size: .82rem;
  line-height: 1.4; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.5rem; margin: .5rem 0; }
dt { color: #666; }
dd { margin: 0; overflow-wrap: anywhere; }
""".strip()


def page(title: str, body: str) -> str:
    """Return a whole HTML page.

    Parameters
    ----------
    title
        As plain text; it is the page's title and first heading.
    body
        HTML below the heading, already escaped.
    """
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{_STYLE}\n</style>\n</head>\n"
        f"<body>\n<h1>{escape(title)}</h1>\n{body}\n</body>\n</html>\n"
    )


def paragraph(words: str) -> str:
    """Return plain text as a paragraph, or nothing where there are no words."""
    return f"<p>{escape(words)}</p>" if words else ""


def section(title: str, *parts: str) -> str:
    """Return a heading with its parts, already HTML, below it."""
    return "\n".join([f"<h2>{escape(title)}</h2>", *parts])


def facts(pairs: dict[str, str]) -> str:
    """Return names and values, plain text, as a description list."""
    items = "\n".join(
        f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in pairs.items()
    )
    return f"<dl>\n{items}\n</dl>"


def items(sentences: list[str]) -> str:
    """Return sentences, plain text, as a list, or nothing where there are none."""
    if not sentences:
        return ""
    return "<ul>\n" + "\n".join(f"<li>{escape(words)}</li>" for words in sentences) + "\n</ul>"
