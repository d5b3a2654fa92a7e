# Two commands for everybody: make run, make test. Nothing but Python 3.11+ and make is needed; PYTHON names another
# interpreter, PORT another port. All that is made lies in var/.
PYTHON ?= python3
.DEFAULT_GOAL := help
.PHONY: help run story app test quick lint smoke openapi words lock bench torture clean

help:
	@echo 'make run      the server with its story, on http://127.0.0.1:8000 (PORT=8001 for another port): the console at'
	@echo '              /console/, results at /results/, the phone app at /app/'
	@echo 'make test     the phone app, everything on SQLite, then on a real PostgreSQL (ARGS="-k sari" narrows)'
	@echo 'make quick    the rooms and the field client, on SQLite alone'
	@echo 'make story    the story alone, in this terminal'
	@echo 'make app      build the phone app alone (run, test and lint do it when it is needed)'
	@echo 'make lint     style, types, imports, names, migrations, API description'
	@echo 'make smoke    does make run start, answer and stop?'
	@echo 'make openapi  write docs/openapi.yaml from the code'
	@echo 'make words    the words of the pages in both languages, from the sources'
	@echo 'make lock     resolve pyproject.toml into hashed requirements (ARGS="--upgrade" for the newest)'
	@echo 'make bench    measure this machine'
	@echo 'make torture  the sync under every fault, for MINUTES=20 (SEED=… repeats one)'
	@echo 'make clean    remove var/ (environments, database, photos), the built phone app and caches'
	@echo 'PYTHON=python3.13 chooses the interpreter.'

run story app test quick lint smoke openapi words lock bench torture clean:
	@command -v $(PYTHON) >/dev/null || { echo 'No $(PYTHON) here: install Python 3.11 or newer, or name one: make $@ PYTHON=/path/to/python3'; echo 'Tidak ada $(PYTHON): pasang Python 3.11 atau lebih baru, atau sebutkan: make $@ PYTHON=/jalur/ke/python3'; exit 2; } >&2
	@exec $(PYTHON) .ci/do.py $@
