"""What is generated from the typed config: JSON Schemas, the key list, the commented example.

`python -m nascent.config.documents` writes them; a test fails where they have drifted.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from nascent.config.attribution import Method
from nascent.config.checks import study_model
from nascent.config.sections import Study
from nascent.kind import DEFAULT, kind_of, module_of, shipped_kinds
from nascent.words import speaking, spoken

# Sections whose keys stand under a name that the user chooses, where the section does not tell it.
_ENTRY_NAMES = {"tune": "model"}
_END = "<!-- end of keys -->"


def documents(root: Path) -> dict[Path, str]:
    """Return path → text of every generated document of the project at `root`."""
    schemas = root / "workflow" / "schemas"
    readme = root / "config" / "README.md"
    text = readme.read_text(encoding="utf-8")
    found = {}
    for kind in shipped_kinds():
        with speaking(kind_of(kind).words.plain()):
            found[schemas / f"{kind}.schema.json"] = schema(study_model(kind))
            found[root / "config" / f"{kind}.example.yaml"] = example(kind)
            for table, row in module_of(kind, "parts").TABLES.items():
                found[schemas / f"{table}.schema.json"] = schema(row)
            text = _with_keys(text, kind)
    return {**found, readme: text}


def schema(model: type[BaseModel]) -> str:
    """Return the JSON Schema of a config, or of a row of a table."""
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return _worded(json.dumps(head | model.model_json_schema(), indent=2)) + "\n"


def keys(
    model: type[BaseModel] | None = None, prefix: str = ""
) -> Iterator[tuple[str, str, Any, str]]:
    """Yield (key, type, default, meaning) of every key, sections before what is in them.

    Parameters
    ----------
    model
        A config or section; None: the config of the usual kind.
    prefix
        Of the keys.
    """
    model = model or study_model(DEFAULT)
    properties = model.model_json_schema()["properties"]
    for name, field in _in_order(model).items():
        key = f"{prefix}{name}"
        section = _section_of(field.annotation)
        default = field.get_default(call_default_factory=True)
        kind = "section" if section else _type(properties[name])
        yield key, kind, default, _worded(field.description or "")
        if section:
            yield from keys(section, f"{key}.")
        elif entries := _entries_of(field.annotation):
            chosen = _ENTRY_NAMES.get(key, name.removesuffix("s"))
            entry = "[]" if field.annotation.__origin__ is list else f"<{chosen}>"
            yield from keys(entries, f"{key}.{entry}.")


def _in_order(model: type[BaseModel]) -> dict[str, Any]:
    """Return the fields of a config: what is a kind's own stands where its raw data do."""
    fields = model.model_fields
    if not issubclass(model, Study):
        return dict(fields)
    every = list(Study.model_fields)
    after = every.index("data") + 1
    own = [name for name in fields if name not in every]
    return {name: fields[name] for name in [*every[:after], *own, *every[after:]]}


def _entries_of(annotation: Any) -> type[BaseModel] | None:
    """Return the section that stands in a list, or under names that the user chooses."""
    if getattr(annotation, "__origin__", None) not in (list, dict):
        return None
    last = annotation.__args__[-1]
    return last if isinstance(last, type) and issubclass(last, BaseModel) else None


def _section_of(annotation: Any) -> type[BaseModel] | None:
    for kind in (annotation, *getattr(annotation, "__args__", ())):
        if isinstance(kind, type) and issubclass(kind, BaseModel) and annotation is not None:
            origin = getattr(annotation, "__origin__", None)
            return None if origin in (list, dict) else kind
    return None


def _type(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return " \\| ".join(f"`{value}`" for value in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    if "anyOf" in schema:
        kinds = [_type(one) for one in schema["anyOf"]]
        return " \\| ".join("null" if kind == "`null`" else kind for kind in kinds)
    if "prefixItems" in schema:
        return f"list of {len(schema['prefixItems'])}: {_type(schema['prefixItems'][0])}"
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}"
    if "$ref" in schema:
        return "section"
    names = {"object": "map", "number": "number", "string": "text", "boolean": "true \\| false"}
    return names.get(schema.get("type", ""), schema.get("type", "any"))


def _plain(default: Any) -> Any:
    if isinstance(default, BaseModel):
        return default.model_dump(mode="json", exclude_unset=True)
    if isinstance(default, dict):
        return {key: _plain(value) for key, value in default.items()}
    return default


def _worded(text: str) -> str:
    """Return a description, or JSON that has some, in the words of the kind: `{example}` is a cell.

    What else stands in braces stays as it is.
    """
    words = spoken().captions()
    return re.sub(r"\{(\w+)\}", lambda braces: words.get(braces[1], braces[0]), text)


def _with_keys(readme: str, kind: str) -> str:
    rows = ["| key | type | default | meaning |", "|---|---|---|---|"]
    for key, form, default, meaning in keys(study_model(kind)):
        if default is PydanticUndefined:
            shown = "required"
        elif form == "section":
            shown = ""
        else:
            shown = f"`{json.dumps(_plain(default))}`"
        rows.append(f"| `{key}` | {form} | {shown} | {meaning} |")
    begin = f"<!-- keys of {kind}: generated by `make schemas` -->"
    table = "\n".join([begin, "", *rows, "", _END])
    pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(_END)}", re.DOTALL)
    return pattern.sub(lambda _: table, readme)


# What the example shows where the default alone would say nothing or would not be valid.
_SHOWN: dict[str, Any] = {
    "attribute.methods": {
        "gradient": Method(method="gradient").plain(),
        "eg": Method(method="expected_gradients").plain(),
    },
    "explain.roar.methods": ["eg"],
}


def example(kind: str) -> str:
    """Return a YAML file that holds every key of a kind with its default and its meaning."""
    lines = [
        "# Every key with its default. Copy what you change; leave out the rest.",
        "# Generated from the typed config by `make schemas`.",
        f"# yaml-language-server: $schema=../workflow/schemas/{kind}.schema.json",
        "study: example",
    ]
    shown = {**_SHOWN, **module_of(kind, "config").SHOWN, "kind": kind}
    for name, field in _in_order(study_model(kind)).items():
        if name == "study":
            continue
        lines += _example_lines(name, field, shown, indent=0, path=name)
    return "\n".join(lines) + "\n"


def _example_lines(
    name: str, field: Any, shown: Mapping[str, Any], *, indent: int, path: str
) -> list[str]:
    pad = "  " * indent
    lines = [""] if indent == 0 else []
    lines.append(f"{pad}# {_worded(field.description)}.")
    section = _section_of(field.annotation)
    if section:
        inside = [f"{pad}{name}:"]
        for inner, inner_field in section.model_fields.items():
            inside += _example_lines(
                inner, inner_field, shown, indent=indent + 1, path=f"{path}.{inner}"
            )
        # What is null where nothing is given can only be shown.
        return lines + ([f"# {line}" for line in inside] if field.default is None else inside)
    value = shown.get(path, _plain(field.get_default(call_default_factory=True)))
    text = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=10_000)
    return [*lines, f"{pad}{name}: {text.splitlines()[0]}"]


def main() -> None:
    """Write every generated document of the project in the working folder."""
    for path, text in documents(Path.cwd()).items():
        path.write_text(text, encoding="utf-8")
        print(f"wrote {path.relative_to(Path.cwd())}")


if __name__ == "__main__":
    main()
