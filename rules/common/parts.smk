# Jobs that make several parts. A part is a script, and what it reads, makes and is told, as a job of
# its own would be. `nascent.parts` makes those anew that would come out otherwise.
from dataclasses import dataclass, field


@dataclass
class Part:
    """One part of a job.

    Paths and values are such as rules have: text, lists, and functions of the wildcards. What
    another part of the same job makes is read by its path. `code` is that of the script if nothing
    else is said; `wildcards` are those that the job itself has not.
    """

    script: str
    input: dict
    output: dict
    params: dict = field(default_factory=dict)
    name: str = ""
    code: object = None
    wildcards: dict = field(default_factory=dict)

    def __post_init__(self):
        self.name = self.name or self.script
        self.code = self.code or code(self.script)
        self.params = {"words": WORDS, **self.params}


class Parts:
    """The parts of one job, and what it declares of them."""

    def __init__(self):
        self.input, self.output, self._parts = {}, {}, []

    def add(self, part):
        """Add a part; it may read what those before it make."""
        reads = {
            name: self._key(part, name, files) for name, files in part.input.items()
        }
        makes = {name: f"{part.name}__{name}" for name in part.output}
        self.output |= {makes[name]: path for name, path in part.output.items()}
        self._parts.append((part, reads, makes))

    def told(self, wildcards):
        """What the job is told of its parts."""
        return {
            part.name: {
                "script": part.script,
                "code": value_of(part.code, wildcards),
                "reads": reads,
                "makes": makes,
                "params": {
                    name: value_of(value, wildcards)
                    for name, value in part.params.items()
                },
                "wildcards": part.wildcards,
            }
            for part, reads, makes in self._parts
        }

    def _key(self, part, name, files):
        """The name by which the job knows files that a part reads."""
        for known in (self.output, self.input):
            for key, others in known.items():
                if files == others:
                    return key
        key = f"{part.name}__{name}" if name in self.input else name
        self.input[key] = files
        return key


def parts_together(parts):
    """The parts of one job."""
    together = Parts()
    for part in parts:
        together.add(part)
    return together


def value_of(value, wildcards):
    """A value, or what a function of the wildcards gives."""
    return value(wildcards) if callable(value) else value


# What further rule files add to, until a rule takes it.
PAGES_OF_REPORT, CHECKS_OF_MAPS = Parts(), Parts()


def labels_of(shown):
    """What the report's menu says of a figure or page, in the words of the kind of data."""
    return {what: in_words(label) for what, label in shown.labels.items()}


def page(one, **labels):
    """The file of a page of the report, with further labels in the report's menu."""
    return report(
        made(f"report/{one.name}.html"),
        caption=f"../workflow/report/{one.caption}.rst",
        category=one.category,
        subcategory=in_words(one.subcategory) if one.subcategory else None,
        labels=labels_of(one) | labels,
    )
