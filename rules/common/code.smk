# What code a job stands on: its script, the modules that this imports, and the files found by name.
from functools import cache

from nascent.architecture_names import source
from nascent.code import CodeDigests
from nascent.kind import file_of_kind, folder_of_kind, has_module
from nascent.provenance import file_digest
from nascent.reader import reader_file
from nascent.report.study_page.contents import captions_of
from nascent.task import task_file

SCRIPTS = workflow.current_basedir.join("../../workflow/scripts")
CAPTIONS = workflow.current_basedir.join("../../workflow/report")
CODE = CodeDigests()


def rules_of_kind():
    """The file of the rules that make examples of the raw data: a lab's kind brings its own."""
    folder = folder_of_kind(STUDY.kind)
    own = folder / "rules.smk"
    return str(own) if own.is_file() else f"../rules/kinds/{KIND.name}.smk"


def file_in_kind(module):
    """The file of a module of the study's kind of data, which a kind need not have."""
    has = has_module(STUDY.kind, module)
    return [file_of_kind(STUDY.kind, module)] if has else []


def code(name, *others, scripts=SCRIPTS):
    """Digest of a rule's script, of the library modules it stands on, and of other files."""
    # Of a workflow that lies elsewhere, as in github(…), Snakemake makes a copy.
    script = workflow.sourcecache.get_path(scripts.join(f"{name}.py"))
    # Task, readers and kind are found by name: their files count where a script, or what it finds,
    # asks.
    readers = [reader_file(name) for name in KIND.readers]
    chosen = {
        "nascent.task": [task_file(TASK)],
        "nascent.reader": readers,
        "nascent.evaluate.floor_predictions": file_in_kind("floors"),
        "nascent.shards.background": file_in_kind("background"),
        "nascent.explain.truth.planted": file_in_kind("planted"),
        "nascent.report.answers.compose": file_in_kind("answers"),
        "nascent.report.methods.text": file_in_kind("methods"),
    }
    modules = {module for file in (script, *others) for module in CODE.modules(file)}
    named = [
        file for name, files in chosen.items() if name in modules for file in files
    ]
    return CODE.digest(script, *named, *others)


def code_of_training(wildcards):
    """Digest of what trains a model: that of its own architecture, and of no other."""
    options = options_of_training(wildcards)
    return code_of_architectures(*sorted({each["architecture"] for each in options}))


@cache
def code_of_architectures(*architectures):
    """Digest of what trains models of these architectures; asked for again by every job."""
    return code("train", *sorted({source(name) for name in architectures}))


def digests_of_captions():
    """Caption → digest of its text: a page whose captions changed is written anew."""
    paths = {name: CAPTIONS.join(f"{name}.rst") for name in captions_of(STUDY)}
    return {
        name: file_digest(workflow.sourcecache.get_path(path))
        for name, path in paths.items()
    }
