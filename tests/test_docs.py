"""What README and docs say exists: files, links, make targets, config keys, results, columns."""

import importlib.util
import json
import re
import subprocess
import sys
import textwrap
from base64 import b64encode
from io import BytesIO
from pathlib import Path

import pytest
import yaml
from PIL import Image

from nascent.augmentation import PRESETS
from nascent.config.checks import check_study, study_model
from nascent.config.documents import keys
from nascent.config.sections import sections
from nascent.costs.table import COSTS
from nascent.embed.scores import SCORES as SCORES_OF_NEIGHBOURS
from nascent.embed.stage import LAYOUT
from nascent.embed.table import KNOWN
from nascent.evaluate import tables
from nascent.explain.agreement.table import AGREEMENT
from nascent.explain.attention import feature_table
from nascent.explain.attention import features as feature_attention
from nascent.explain.attention import maps as attention
from nascent.explain.checks import CHECKS
from nascent.explain.clusters import groups as clusters
from nascent.explain.completeness.table import COMPLETENESS
from nascent.explain.duplicates.pairs import CHANNEL_GROUPS, CORRELATIONS
from nascent.explain.exports.scores_table import SCORES
from nascent.explain.importance import shares as importance
from nascent.explain.importance.joint import JOINT
from nascent.explain.radial import profiles as radial
from nascent.explain.randomisation.table import RANDOMISATION
from nascent.explain.regions import shares as regions
from nascent.explain.removal.table import REMOVAL
from nascent.explain.roar.curves import ROAR
from nascent.explain.sensitivity.table import SENSITIVITY
from nascent.explain.similarity import table as similarity
from nascent.explain.standing import STANDING
from nascent.explain.trend import slopes as trend
from nascent.explain.truth import table as truth
from nascent.explain.use.loss import USE, USE_CELLS
from nascent.figures.table import FIGURES
from nascent.kinds.cells.crops import quality
from nascent.kinds.cells.floors import FLOORS
from nascent.report.methods.references import known_references
from nascent.report.pages import PAGES as REPORT_PAGES
from nascent.shards import statistics
from nascent.task import task_of
from nascent.train.history import history_columns
from nascent.tune.choice import choose

REGRESSION = task_of("regression")
ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "config" / "README.md", *sorted(ROOT.glob("docs/*.md"))]
METHODS = ROOT / "docs" / "methods.md"
MADE = {"results", "logs", "site"}
ROOMS = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")} - MADE
EVERY_FIGURE = [*FIGURES, *(figure for check in CHECKS for figure in check.figures)]
page = pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def blocks(page: Path, language: str) -> list[str]:
    """Fenced blocks of a language; those inside of lists are moved to the margin."""
    fence = rf"^( *)```{language}\n(.*?)^\1```"
    found = re.findall(fence, text_of(page), flags=re.MULTILINE | re.DOTALL)
    return [textwrap.dedent(block) for _, block in found]


def quoted(page: Path) -> list[str]:
    """What stands in backticks outside of fenced blocks."""
    prose = re.sub(r"^ *```.*?^ *```", "", text_of(page), flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"`([^`\n]+)`", prose)


def section(page: Path, heading: str) -> set[str]:
    """What stands in backticks under a heading, up to the next one."""
    _, _, after = text_of(page).partition(f"\n{heading}\n")
    assert after, f"{page.name} has no heading {heading!r}"
    return set(re.findall(r"`([^`\n]+)`", re.split(r"^#+ ", after, flags=re.MULTILINE)[0]))


def anchors(page: Path) -> set[str]:
    """Anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", text_of(page), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@page
def test_relative_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)]+)\)", text_of(page)):
        if target.startswith("http"):
            continue
        path, _, anchor = target.partition("#")
        place = (page.parent / path) if path else page
        assert place.exists(), target
        if anchor:
            assert anchor in anchors(place), target


@page
def test_paths_of_the_repository_are_there(page):
    for word in quoted(page):
        path = word.split()[0].split("::")[0]
        # Names with <…> or … stand for many; those of `mine` are the reader's own.
        if path.split("/")[0] in ROOMS and not re.search(r"[<>…*]|mine", path):
            assert (ROOT / path).exists(), word


@page
def test_make_targets_are_there(page):
    targets = set(re.findall(r"^([\w-]+):", text_of(ROOT / "Makefile"), flags=re.MULTILINE))
    commands = [*quoted(page), *"\n".join(blocks(page, "sh")).splitlines()]
    for command in commands:
        if named := re.match(r"make ([\w-]+)$", command.partition("#")[0].strip()):
            assert named[1] in targets, command


@page
def test_config_keys_are_there(page):
    known, named = {key for key, *_ in keys()}, sections(study_model())
    for word in quoted(page):
        key = word.partition(":")[0]
        if re.fullmatch(r"[a-z_]+(\.[a-z_]+)+", key) and key.split(".")[0] in named:
            assert key in known, word


@page
def test_python_snippets_are_python(page):
    for number, snippet in enumerate(blocks(page, "python")):
        compile(snippet, f"{page.name}, snippet {number}", "exec")


def test_the_study_shown_in_the_readme_is_valid():
    (snippet,) = blocks(ROOT / "README.md", "yaml")
    assert check_study(yaml.safe_load(snippet)).study == "mine"


def declared() -> set[str]:
    """Paths of results as the rules declare them, with wildcards as `{name}`."""
    found: set[str] = set()
    for rules in ROOT.glob("rules/**/*.smk"):
        found |= set(re.findall(r'made\(\s*"([^"]+)"', text_of(rules)))
        # Formatted names, whose wildcards stand in doubled braces.
        formatted = re.findall(r'made\(f"([^"]*\{\{[^"]+)"', text_of(rules))
        found |= {path.replace("{{", "{").replace("}}", "}") for path in formatted}
    # Pages, and tables and figures of checks, follow from tables; the fold that is explained is one
    # of the folds.
    found |= {f"report/{name}.html" for name in (*REPORT_PAGES, "checks/{check}", "models/{model}")}
    found |= {f"explain/{table}" for check in CHECKS for table in check.tables}
    found |= {
        f"figures/{'{model}/{method}/' if figure.maps else ''}{figure.name}.{kind}"
        for figure in EVERY_FIGURE
        for kind in ("png", "svg", "pdf")
    }
    found = {
        path for path in found if not re.search(r"/\{check\}\.(?:cells\.)?tsv|\{figure\.", path)
    }
    return {path.replace("{EXPLAINED_FOLD}", "{fold}") for path in found}


def documented() -> set[str]:
    """Paths of results as docs/results.md lists them in its tables, with wildcards as `{name}`."""
    rows = re.findall(r"^\| (`[^|]+`) \|", text_of(ROOT / "docs" / "results.md"), re.MULTILINE)
    of_paths = re.compile(r"`([^`]+/[^`]*|study\.json|report\.html)`")
    paths = {path for row in rows for path in of_paths.findall(row)}
    return {re.sub(r"<(\w+)>", r"{\1}", path.replace("<plate>_<well>", "{part}")) for path in paths}


def test_every_result_listed_is_declared_by_a_rule():
    results = declared()
    of_stores = ("inputs/", "masks/", "targets/", "weights/", "examples/")
    for path in (path for path in documented() if not path.startswith(of_stores)):
        if path.endswith("/"):
            assert any(result.startswith(path) for result in results), path
        elif path.startswith("figures/"):
            assert {f"{path}.{kind}" for kind in ("png", "svg", "pdf")} <= results, path
        else:
            assert path in results, path


def test_every_result_declared_by_a_rule_is_listed():
    listed = {path for path in documented() if path != "figures/"}
    for result in declared():
        plain = re.sub(r"\.(png|svg|pdf)$", "", result)
        folders = [path for path in listed if path.endswith("/")]
        assert plain in listed or any(plain.startswith(folder) for folder in folders), result


CARD = {"best": {"val_mae": 1.0, "epoch": 1}, "epochs": 1}
CANDIDATES = choose({"c0": {"batch_size": 8}}, [CARD]).columns.drop("batch_size")


@pytest.mark.parametrize(
    ("name", "heading", "columns"),
    [
        ("wells.md", "## Quality control", quality.COLUMNS),
        ("results.md", "## Channel statistics", statistics.COLUMNS),
        ("results.md", "## Models", history_columns()),
        ("results.md", "## Searches", CANDIDATES),
        ("results.md", "### Predictions", tables.predictions_columns(REGRESSION)),
        ("results.md", "### Metrics", tables.metrics_columns(REGRESSION)),
        ("results.md", "### Controls", tables.controls_columns(REGRESSION)),
        ("results.md", "### Comparison", tables.comparison_columns(REGRESSION)),
        ("results.md", "### Intervals", tables.INTERVALS),
        ("results.md", "### Pairs", tables.PAIRS),
        ("results.md", "### Levels", tables.levels_columns(REGRESSION)),
        ("results.md", "### Calibration", tables.calibration_columns(REGRESSION)),
        ("results.md", "### Confounders", tables.CONFOUNDERS),
        ("results.md", "## Embeddings", (*KNOWN, *LAYOUT, *SCORES_OF_NEIGHBOURS)),
        ("results.md", "## Use of channels", (*USE, *USE_CELLS)),
        ("results.md", "## Shares of channels", importance.IMPORTANCE),
        ("results.md", "## Joint shares", JOINT),
        ("results.md", "## Channels that repeat each other", CORRELATIONS + CHANNEL_GROUPS),
        ("results.md", "## Similarity of maps and images", similarity.SIMILARITY),
        ("results.md", "## Clusters of channels", clusters.CLUSTERS + clusters.DISTANCES),
        ("results.md", "## Nuclear regions", regions.REGIONS),
        ("results.md", "## From the centre to the edge", radial.RADIAL),
        ("results.md", "## Change with the target", trend.TREND),
        ("results.md", "## Completeness", COMPLETENESS),
        ("results.md", "## Removal of pixels", REMOVAL),
        ("results.md", "## Randomised weights", RANDOMISATION),
        ("results.md", "## Standing of explanations", STANDING),
        ("results.md", "## Agreement", AGREEMENT),
        ("results.md", "## Sensitivity", SENSITIVITY),
        ("results.md", "## Channel scores for other programs", SCORES),
        ("results.md", "## Remove and retrain", ROAR),
        ("results.md", "## Attention", (*attention.ATTENTION, *attention.CELLS)),
        (
            "results.md",
            "## Features and the nucleus",
            (*feature_table.FEATURES, *feature_attention.CELLS),
        ),
        ("results.md", "## Costs", COSTS),
        ("results.md", "## Truth", (*truth.TRUTH, *truth.CELLS, *truth.MEASURES["entry"])),
    ],
)
def test_every_column_is_described_where_its_table_is(name, heading, columns):
    assert set(columns) <= section(ROOT / "docs" / name, heading)


@pytest.mark.parametrize("heading", ["## Metrics", "## Reference predictors"])
def test_the_methods_define_every_metric_and_reference_predictor(heading):
    defined = {
        "## Metrics": set(REGRESSION.metrics),
        "## Reference predictors": set(FLOORS["regression"]),
    }
    assert defined[heading] <= section(METHODS, heading)


@pytest.mark.parametrize("preset", PRESETS)
def test_the_table_of_presets_is_that_of_the_code(preset):
    rows = re.findall(r"^\| `([\w-]+)` \| `(\w+)`(.*)$", text_of(METHODS), flags=re.MULTILINE)
    told = {name: (shift, rest.split(" | ")) for name, shift, rest in rows}
    shift, (level, noise, zoom, flip, turn) = told[preset]
    made = PRESETS[preset]
    yes = {True: "yes", False: "no"}
    if made.shift != "none":
        assert level == f", mean {made.shift_mean:g}, SD {made.shift_sd:g}"
    assert (shift, float(noise)) == (made.shift, made.noise_sd)
    assert (zoom.strip("`"), flip, turn.rstrip(" |")) == (made.zoom, yes[made.flip], yes[made.turn])


def test_the_rule_graph_holds_every_rule():
    (graph,) = blocks(ROOT / "docs" / "structure.md", "mermaid")
    nodes = set(re.findall(r"^    (\w+)$", graph, flags=re.MULTILINE))
    # Every rule that makes something has a script of its name, but for those that train and explain
    # by the scripts of `train` and `attribute`, and those that draw figures together. On request
    # alone, and in no graph, is `figures_importance`.
    same = {"tune", "explain_roar_train", "explain_targets_train", "explain_targets_attribute"}
    same |= {"figures_data", "figures_models", "figures_checks"}
    kinds = {node for node in nodes if node.startswith("figures_maps_")}
    rules = "".join(text_of(path) for path in ROOT.glob("rules/**/*.smk"))
    scripts = set(re.findall(r"workflow/scripts/(?:kinds/\w+/)?(\w+)\.py", rules))
    assert kinds
    assert nodes == scripts - {"figures", "figures_importance"} | same | kinds


def test_the_graph_is_drawn_the_same_whatever_the_order_and_colours(tmp_path):
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "make_graph.py").write_text(text_of(ROOT / "docs" / "make_graph.py"))
    (docs / "structure.md").write_text(text_of(ROOT / "docs" / "structure.md"))
    drawn = []
    for dot in (
        '0[label = "all"];\n1[label = "train"];\n2[label = "shards"];\n4[label = "evaluate"];\n'
        "1 -> 0\n2 -> 1\n1 -> 4\n2 -> 4\n",
        '7[label = "shards"];\n3[label = "all"];\n5[label = "train"];\n4[label = "evaluate"];\n'
        "7 -> 4\n7 -> 5\n5 -> 3\n5 -> 4\n",
    ):
        command = [sys.executable, docs / "make_graph.py"]
        subprocess.run(command, input=dot, text=True, check=True, capture_output=True)
        drawn += blocks(docs / "structure.md", "mermaid")
    assert drawn[0] == drawn[1]
    assert "shards --> train" in drawn[0]
    assert "train --> evaluate" in drawn[0]
    # The longer way over `train` tells it.
    assert "shards --> evaluate" not in drawn[0]
    assert "all" not in drawn[0]


EXAMPLE = ROOT / "docs" / "example" / "report.html"


def test_the_example_report_is_small_whole_and_self_contained():
    text = text_of(EXAMPLE)
    assert EXAMPLE.stat().st_size <= 3_000_000
    for section_of_it in ("first", "data", "models", "explanations", "checks", "methods"):
        assert f'id="{section_of_it}"' in text
    links = re.findall(r'\b(?:href|src)="([^"]*)"', text)
    assert links
    assert all(link.startswith(("#", "data:", "https://")) for link in links)
    assert "default-src 'none'" in text
    assert "An example, with smaller figures" in text


def test_the_methods_name_no_work_that_is_not_among_the_references():
    years: dict[str, set[str]] = {}
    for reference in known_references().values():
        years.setdefault(reference.year, set()).add(reference.authors[0].rpartition(" ")[0])
    text = text_of(METHODS)
    named = list(re.finditer(r"\b(?:19|20)\d\d\b", text))
    assert len(named) > 50
    for year in named:
        before = text[max(0, year.start() - 90) : year.start()]
        assert any(author in before for author in years.get(year[0], ())), before + year[0]


def test_a_report_becomes_an_example_with_small_figures_few_rows_and_no_link_beside_it():
    spec = importlib.util.spec_from_file_location("example", ROOT / "docs" / "make_example.py")
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    stream = BytesIO()
    Image.effect_noise((1440, 300), 50).convert("RGB").save(stream, "WEBP", quality=80)
    figure = f"data:image/webp;base64,{b64encode(stream.getvalue()).decode()}"
    rows = json.dumps({"places": [None], "rows": [["</script>"]] * 500}).replace("<", "\\u003c")
    text = made.example(
        f'<p class="about">A study.</p><img src="{figure}"><a href="#data">Data</a>'
        '<a class="file" href="figures/use.svg">SVG</a><a href="https://doi.org/10.1/x">doi</a>'
        "<p>Shown are the first 1,000 of 5,144 rows.</p>"
        f'<script type="application/json" id="table-use-rows">{rows}</script>'
    )
    assert len(text) < 0.7 * len(figure)
    assert '<a class="file">SVG</a>' in text
    assert 'href="#data"' in text
    assert 'href="https://doi.org/10.1/x"' in text
    assert f"Shown are the first {made.ROWS} of 5,144 rows." in text
    assert text.index("An example") < text.index("A study.")
    (kept,) = re.findall(r'-rows">(.*?)</script>', text)
    assert json.loads(kept)["rows"] == [["</script>"]] * made.ROWS
