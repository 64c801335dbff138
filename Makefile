# One virtual environment, .venv, made from the lock file, serves everything here.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
STUDIES := structure intensity wells
ENVS := cpu cuda
.PHONY: help setup demo $(STUDIES:%=study-%) report-workflow test test-slurm test-nightly lint format bench schemas envs docs dag images example clean

PYTHON ?= python3
# A uv of the machine is used where there is one; else pip fetches one into .uv/.
UV := $(or $(shell command -v uv),.uv/bin/uv)
READY := .venv/.ready
BIN := .venv/bin
# Tests wait for studies that others run: one process more than there are cores keeps these busy.
WORKERS := $(shell cores=$$(nproc 2>/dev/null || echo 2); echo $$((cores < 4 ? cores + 1 : 4)))

help: ## say what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/make \1\t\2/' | expand -t 24

.uv/bin/uv:
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --target .uv uv

$(READY): pyproject.toml uv.lock | $(filter .uv/bin/uv,$(UV))
	$(UV) sync --locked --extra cpu --extra export --compile-bytecode --quiet
	touch $@

setup: $(READY) ## make .venv from the lock file

demo: $(READY) ## simulate a plate, train, explain, report: results/demo/report.html
	$(BIN)/snakemake --profile profiles/local

study-structure: ## simulated plate, structure sets the rate: results/structure/report.html
study-intensity: ## simulated plate, channel means set the rate: results/intensity/report.html
study-wells: ## simulated plate with a well effect: results/wells/report.html
$(STUDIES:%=study-%): study-%: $(READY)
	$(BIN)/snakemake --profile profiles/local --configfile config/$*.yaml

# The demo's config is called otherwise than the study.
STUDY ?= demo
report-workflow: $(READY) ## Snakemake's own report of a finished study, report_workflow.html: STUDY=demo
	$(BIN)/snakemake --profile profiles/local --report results/$(STUDY)/report_workflow.html \
	  --configfile config/$(patsubst demo,config,$(STUDY)).yaml

test: $(READY) ## run every test but those on Slurm and those of test-nightly
	$(BIN)/pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder

test-slurm: $(READY) ## run a study and its mishaps on a throw-away Slurm
	$(BIN)/pytest -m 'slurm and not nightly' --numprocesses 2 --dist loadfile \
	  --no-loadscope-reorder tests/slurm

test-nightly: $(READY) ## run what takes long, for hours: large cases, repeated studies, mishaps
	$(BIN)/pytest -m '(nightly or hypothesis) and not slurm' --hypothesis-profile nightly \
	  --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder
	$(BIN)/pytest -m 'slurm and nightly' --numprocesses 2 --dist loadfile tests/slurm
	.ci/codex all

lint: $(READY) ## check style of Python and Snakemake files
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/snakefmt --check Snakefile rules workflow/Snakefile
	$(BIN)/snakemake --lint

format: $(READY) ## put Python and Snakemake files in style
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	$(BIN)/snakefmt Snakefile rules workflow/Snakefile

bench: $(READY) ## run every benchmark; the last line of each is its figures
	for script in benchmarks/[!_]*.py; do echo "== $$script"; $(BIN)/python $$script; done

schemas: $(READY) ## write what is generated from the typed config
	$(BIN)/python -m nascent.config.documents

envs: $(ENVS:%=envs/%.yaml) ## write envs/ from the lock file, for --sdm conda
envs/%.yaml: uv.lock envs/export.py $(READY)
	$(UV) export --locked --extra $* --no-dev --no-hashes --no-emit-project --no-annotate \
	  --no-header --quiet | $(BIN)/python envs/export.py > $@

docs: $(READY) ## build the documentation into site/ and check its links
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

dag: $(READY) ## draw the rule graph into docs/; with CONFIG=config/mine.yaml files and jobs of that study
ifdef CONFIG
	$(BIN)/python workflow/graphs.py $(CONFIG) $(TARGETS)
else
# How many shards there are is known once the cells are split: before, the graph would lack them.
	$(BIN)/snakemake --profile profiles/local results/demo/splits/example/splits.tsv
	$(BIN)/snakemake --rulegraph dot --configfile config/config.yaml docs/rulegraph.yaml \
	  | $(BIN)/python docs/make_graph.py
endif

images: demo ## draw the README's figure from the demo
	$(BIN)/python docs/make_images.py

example: demo ## make the README's example report from the demo
	$(BIN)/python docs/make_example.py

clean: ## remove the environment; results stay
	rm -rf .venv .uv
