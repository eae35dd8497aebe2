# Every target sets up .venv once and is quick the second time. Paths may hold spaces: nothing here is absolute.
PYTHON ?= python3
STAMP := .venv/.installed
RUN := .venv/bin/python -m

.PHONY: demo test check bench slow clean

demo: $(STAMP)
	.venv/bin/captionloom compare --dataset scenes:train=500:val=20:test=80 --split test \
		--plans babytalk,babytalk_oracle,show_attend_tell,human --workers 2 --out reports/demo

test: $(STAMP)
	$(RUN) pytest -q -n 2 --dist loadgroup -m "not slow"

slow: $(STAMP)
	$(RUN) pytest -q -n 2 -m slow

check: $(STAMP)
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy
	.venv/bin/lint-imports

bench: $(STAMP)
	$(RUN) benchmarks.run

clean:
	rm -rf .venv .captionloom reports/demo

# torch and torchvision come from one command, so that pip picks a pair that fits.
$(STAMP): pyproject.toml
	test -x .venv/bin/python || $(PYTHON) -m venv .venv
	$(RUN) pip install --quiet torch torchvision
	$(RUN) pip install --quiet --editable '.[dev]'
	touch $(STAMP)
