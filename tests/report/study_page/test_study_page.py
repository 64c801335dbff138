"""The page of a study says its answers first, then shows every figure and table, and no other."""

import base64
import gzip
import json
import re
from html import unescape
from html.parser import HTMLParser

import pandas as pd
import pytest
from typer.testing import CliRunner

from nascent import provenance
from nascent.cli import app
from nascent.config.checks import check_study
from nascent.errors import ResultError
from nascent.report.answers.compose import answers
from nascent.report.answers.tables import read_tables
from nascent.report.study_page.captions import rendered
from nascent.report.study_page.contents import files_of, sections_of
from nascent.report.study_page.folding import reasons
from nascent.report.study_page.sheets import (
    MOST_BYTES,
    MOST_ROWS,
    in_words,
    json_in_page,
    packed,
    table_of_file,
    values_of,
)
from nascent.study_record import FILE
from nascent.words import speaking, spoken

VOID = {"meta", "img", "input", "br", "hr", "link", "col"}


class Reader(HTMLParser):
    """Text of a page as it is read, its elements, and those without an end."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words, self.found, self._open = [], [], []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        if not {"script", "style"} & set(self._open):
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))

    def of(self, tag: str) -> list[dict]:
        return [attributes for name, attributes in self.found if name == tag]


def first_screen(text: str) -> str:
    start = text.index('<header class="first"')
    return re.sub(r"\s+", " ", unescape(text[start : text.index("</header>")]))


def test_the_first_screen_holds_each_answer_with_its_verdict_and_numbers(page, record):
    told = first_screen(page.read_text())
    tables = read_tables(record.folder)
    found = answers(record, tables)
    assert len(found) >= 4
    for answer in found:
        assert answer.question in told and answer.verdict in told
        for sentence in answer.sentences:
            assert sentence in told
    # Numbers of the tables, as a reader rounds them.
    for number in ("29.5", "32.8", "0.81", "0.25"):
        assert number in told


def test_the_first_screen_has_three_figures_and_the_table_of_checks(page):
    told = first_screen(page.read_text())
    shown = re.findall(r'<img [^>]*alt="([^"]*)"', told)
    assert len(shown) == 3
    assert 'id="trust"' in told and ">passes<" in told and ">fails<" in told


def test_every_figure_and_table_of_the_study_stands_in_its_section(page, record):
    read = Reader(page.read_text())
    ids = {attributes.get("id") for _, attributes in read.found}
    study = check_study(record.config)
    with speaking(record.words.plain()):
        sections = sections_of(study)
    assert [one.anchor for one in sections] == ["data", "models", "explanations", "checks"]
    for section in sections:
        for block in section.blocks:
            assert block.anchor in ids
            for picture in block.pictures:
                assert picture.place.replace("/", "-") in ids
    sheets = [place for place in files_of(study) if place.endswith(".tsv")]
    assert {one["href"] for one in read.of("a") if "download" in one} - {"#methods"} == set(sheets)
    targets = {one["href"][1:] for one in read.of("a") if one["href"].startswith("#")}
    assert targets <= ids
    beside = {one["href"] for one in read.of("a") if one["href"].endswith((".svg", ".pdf"))}
    assert "figures/comparison.svg" in beside and "figures/comparison.pdf" in beside


def test_each_figure_has_its_caption_below_and_a_size(page):
    text = page.read_text()
    figures = re.findall(r'<figure class="figure".*?</figure>', text, re.DOTALL)
    assert len(figures) > 20
    for figure in figures:
        image, _, caption = figure.partition("<figcaption>")
        assert re.search(r'width="\d+" height="\d+" style="width: \d+px" loading="lazy"', image)
        assert len(re.sub("<[^>]+>", "", caption).split()) > 10, figure[-300:]
    # Wider ones are made smaller, and none is a PNG.
    assert "image/png" not in text and 'width="1600"' not in text


def test_what_shows_no_evidence_is_folded_away_at_the_end_and_says_why(page):
    text = page.read_text()
    models = text[text.index('id="models"') : text.index('id="explanations"')]
    folded = models.index('<details class="folded" id="model-linear"')
    assert "does not predict better than the best reference" in models[folded:]
    assert models.index('id="model-cnn"') < folded
    maps = text[text.index('id="explanations"') : text.index('id="checks"')]
    assert maps.index('id="maps-cnn-gradient"') < maps.index(
        '<details class="folded" id="maps-cnn-grad_cam"'
    )
    assert "It stays." in maps


def test_the_page_loads_nothing_and_runs_its_own_scripts_alone(page):
    read = Reader(page.read_text())
    for tag in ("link", "iframe", "object", "embed"):
        assert read.of(tag) == []
    for tag in ("img", "script"):
        assert all(one.get("src", "data:").startswith("data:") for one in read.of(tag))
    policy = next(one["content"] for one in read.of("meta") if "http-equiv" in one)
    assert "default-src 'none'" in policy and "sha256-" in policy
    assert "unsafe-inline'; script" in policy and "script-src 'unsafe" not in policy
    links = [one["href"] for one in read.of("a")]
    assert all(not link.startswith(("http", "/", "javascript")) for link in links)


def test_methods_and_references_can_be_taken_into_a_paper(page):
    text = page.read_text()
    methods = text[text.index('id="methods"') : text.index('id="provenance"')]
    assert len(re.findall("<li>", methods)) > 5 and 'data-copies="methods-text"' in methods
    packed_text = re.search(r'id="references-file">([^<]+)<', text)[1]
    assert gzip.decompress(base64.b64decode(packed_text)).startswith(b"@")


def test_hostile_names_are_text(evil_page, evil):
    read = Reader(evil_page.read_text())
    assert evil in read.text
    assert all("onerror" not in attributes for _, attributes in read.found)
    assert not any(attributes.get("src") == "x" for attributes in read.of("img"))
    # The page's own two, and data.
    kinds = [one.get("type") for one in read.of("script")]
    assert kinds.count(None) == 2
    assert set(kinds) == {None, "application/json", "application/octet-stream"}


def test_data_in_a_script_element_cannot_end_it(evil):
    told = [evil, "<!--", "\u2028"]
    assert json.loads(json_in_page(told)) == told
    assert not re.search("[<>&\u2028]", json_in_page(told))


@pytest.mark.parametrize(
    "label",
    ["`a <javascript:alert(1)>`_", "*a", "|a|", "a_", ".. raw:: html\n\n   <b>", ".. include:: x"],
)
def test_a_label_makes_no_markup_of_a_caption(label):
    text = rendered(f"Rate: {label} of cells.\n\n{label}\n")
    assert "javascript" not in text and "<b>" not in text
    assert "Rate: " in text


def test_a_model_is_not_folded_away_for_what_it_does_not_predict_besides(make):
    comparison = make.comparison()
    further = comparison.assign(target="area", verdict="does not beat it")
    both = {"comparison": pd.concat([comparison, further], ignore_index=True)}
    assert set(reasons(both, "example", "target")) == {("linear", "")}
    assert set(reasons(both, "example", "area")) >= {("linear", ""), ("cnn", "")}


def test_a_result_that_was_changed_is_refused(folder):
    path = folder / "explain" / "use.tsv"
    provenance.write(path, {"sha256": "0" * 64, "bytes": path.stat().st_size})
    done = CliRunner().invoke(app, ["report", str(folder)])
    assert done.exit_code == 1 and "was changed after it was made" in done.output


def test_a_table_gives_the_bytes_of_its_file_and_shows_its_first_rows(page, record):
    text = page.read_text()
    place = "explain/regions.tsv"
    found = re.search(r'id="table-explain-regions-file">([^<]+)<', text)[1]
    assert gzip.decompress(base64.b64decode(found)) == (record.folder / place).read_bytes()
    rows = json.loads(re.search(r'id="table-explain-regions-rows">([^<]+)<', text)[1])["rows"]
    assert len(rows) == MOST_ROWS
    assert f"first {MOST_ROWS:,} of 1,200 rows" in text


def test_a_file_that_is_too_large_stays_beside_the_page(tmp_path):
    path = tmp_path / "large.tsv"
    noise = pd.util.hash_array(pd.Series(range(MOST_BYTES // 8)).to_numpy())
    path.write_text("x\n" + "\n".join(map(str, noise)))
    assert packed(path) == ""


def test_half_a_study_says_what_is_missing_and_how_to_make_it(folder, paged, record):
    text = paged(folder).read_text()
    assert "This study is not finished" not in text and "of these it tells" not in text
    for path in (folder / "explain").rglob("*.tsv"):
        path.unlink()
    (folder / "figures" / "balance.png").unlink()
    (folder / "report" / "explorer.html").unlink()
    text = paged(folder).read_text()
    told = first_screen(text)
    assert "This study is not finished" in told
    for part, target in (("Data", "data"), ("Explanations", "explanations")):
        assert re.search(rf"<strong>{part}</strong>: .*?profiles/local[^<]* {target}</code>", told)
    assert "snakemake --profile profiles/local results/small/report/explorer.html" in told
    assert "#model=" not in text and "of these it tells what the config asks for" in text
    assert "explain/standing.tsv" in told and "figures/balance.png" in told
    assert "<strong>Models</strong>" not in told
    assert "not tested" in told
    Reader(text)


def test_a_study_that_has_just_begun_has_a_page(folder, paged):
    for path in [*folder.rglob("*.tsv"), *folder.rglob("*.png")]:
        path.unlink()
    assert first_screen(paged(folder).read_text()).count("<strong>") >= 4


def test_the_command_line_writes_the_page_or_says_what_is_wrong(folder, tmp_path):
    of_an_earlier_page = folder / ".provenance" / "report.html.json"
    of_an_earlier_page.parent.mkdir(exist_ok=True)
    of_an_earlier_page.write_text("{}")
    done = CliRunner().invoke(app, ["report", str(folder)])
    assert done.exit_code == 0, done.output
    assert done.output.strip() == str(folder / "report.html")
    assert not of_an_earlier_page.exists()  # else the new page would be refused as changed
    nothing = tmp_path / "nothing"
    nothing.mkdir()
    done = CliRunner().invoke(app, ["report", str(nothing)])
    assert done.exit_code == 1 and "holds no study" in done.output
    newer = json.loads((folder / FILE).read_text()) | {"results_version": 99}
    (folder / FILE).write_text(json.dumps(newer))
    done = CliRunner().invoke(app, ["report", str(folder)])
    assert done.exit_code == 1 and "newer" in done.output


def test_captions_are_those_of_the_workflow(folder, tmp_path):
    from nascent.report.study_page.build import write_page

    with pytest.raises(ResultError, match=r"no caption .*\.rst"):
        write_page(folder, tmp_path)


def test_ids_and_seeds_are_names_and_no_two_columns_have_one_heading(tmp_path, record):
    path = tmp_path / "predictions.tsv"
    path.write_text(
        "id\tdesign\tsplit\tseed\ty\tn\tcpu_hours\n12345678\texample\ttest\t1234\t0.5\t12345\t1\n"
    )
    table = table_of_file(path, {})
    names = [column.name for column in table.columns]
    assert names == ["id", "split", "set", "seed", "measured", "number", "CPU hours"]
    assert table.first[0][:4] == ("12345678", "example", "test", "1234")
    assert table.first[0][5] == "12,345"
    # The page's own script has all digits of an id, too.
    assert json.loads(table.data)["rows"][0][0] == 12345678
    fold = values_of(record)["fold"]
    assert fold("example").startswith("by ") and fold("fold_1") == "fold_1"
    assert in_words("within_groups") == f"within {spoken().groups}"
