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


def value_of(value, wildcards):
    """A value, or what a function of the wildcards gives."""
    return value(wildcards) if callable(value) else value


# What further rule files add to, until a rule takes it.
FIGURES_OF_DATA, FIGURES_OF_MODELS, FIGURES_OF_STUDY_CHECKS = Parts(), Parts(), Parts()
PAGES_OF_REPORT, CHECKS_OF_MAPS = Parts(), Parts()


def figure_files(place, name, category, subcategory, labels, caption):
    """The files of a figure below a folder of the figures; the report shows one of them."""
    return {
        "png": report(
            made(f"figures/{place}{name}.png"),
            caption=f"../workflow/report/{caption}.rst",
            category=category,
            subcategory=subcategory,
            labels=labels,
        ),
        "svg": made(f"figures/{place}{name}.svg"),
    }


def study_figure(name, category, labels, input, params, **others):
    """The part that draws a figure of the study with a script of its own, `figures_<name>`."""
    subcategory = others.pop("subcategory", None)
    return Part(
        script=f"figures_{name}",
        input=input,
        output=figure_files("", name, category, subcategory, labels, caption=name),
        params=params,
        **others,
    )


def study_figure_of_tables(figure):
    """The part that draws a figure of the study of tables alone."""
    tables = [made(table.format(examples=KIND.first_stage)) for table in figure.tables]
    return Part(
        script="figures_tables",
        name=f"figures_{figure.rule}",
        code=code("figures_tables", source_of(figure)),
        input={"tables": tables},
        output=figure_files(
            "",
            figure.name,
            figure.category,
            in_words(figure.subcategory) if figure.subcategory else None,
            {what: in_words(label) for what, label in figure.labels.items()},
            figure.caption,
        ),
        params={
            **figure_options(figure),
            "drawing": figure.drawing,
            "options": figure.options,
        },
    )


def maps_figure(figure, label, input, params, caption="", **others):
    """The part that draws a figure of a model and method; the checks of its maps stand over it."""
    return Part(
        script=others.pop("script", f"figures_{figure}"),
        input=input
        | {
            "verdict": made("evaluate/{model}/verdict.tsv"),
            "randomisation": randomisations,
        },
        output=figure_files(
            "{model}/{method}/",
            figure,
            "Explanations",
            subcategory_of_maps,
            labelled(label),
            caption or figure,
        ),
        params={"explained": explained_by, **params},
        **others,
    )


def maps_figure_of_tables(figure):
    """The part that draws a figure of a model and method of tables alone."""
    return maps_figure(
        figure.name,
        in_words(figure.label),
        input={"tables": tables_of_figure(figure)},
        params={
            **figure_options(figure),
            "tables": len(figure.tables),
            "drawing": figure.drawing,
            "options": figure.options,
        },
        caption=figure.caption,
        script="figures_explanation",
        name=f"figures_{figure.rule}",
        code=code("figures_explanation", source_of(figure)),
    )


def page(name, caption, category, labels, subcategory=None):
    """A page of the report."""
    return report(
        made(f"report/{name}.html"),
        caption=f"../workflow/report/{caption}.rst",
        category=category,
        subcategory=subcategory,
        labels=labels,
    )
