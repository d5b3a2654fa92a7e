"""What a reader may rely on anywhere in the tree, without running a line of it."""

import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = {
    "run": "backend/requirements.txt",
    "app": "fieldsync/web/requirements.txt",
    "tests": "tests/requirements.txt",
}
# Words that say a file was not understood yet.
DRAWERS = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "misc",
    "services",
    "service",
    "manager",
    "managers",
}
# An index or file host of packages: lock files name versions and hashes, each user's own index serves them.
REGISTRY = re.compile(
    r"https?://[^\s\"'<>]*(?:pypi\.org/simple|pythonhosted\.org|registry\.npmjs\.org|npmjs\.com/[^\s]*\.tgz"
    r"|/simple/?(?=[\s\"'<>]|$)|/packages/[0-9a-f]{2}/|/-/[\w@.-]+\.tgz)"
    r"|--(?:extra-)?index-url|--find-links|--trusted-host"
)
# A home or build folder of one machine; places that every system has (/tmp, /usr/bin/env) are fine.
MACHINE_PATH = re.compile(r"(?<![\w.:/~-])/(?:root|home|Users|work|opt|mnt|builds?|workspace)/[\w.-]+")


def tracked_files() -> list[Path]:
    """What git would commit from here: tracked files, and new ones that are not ignored. Without git, everything
    but what was made."""
    if not (ROOT / ".git").exists() or not shutil.which("git"):
        made = {".git", "var", "__pycache__", "node_modules", "dist"}
        return [
            path for path in ROOT.rglob("*") if path.is_file() and not made & {*path.relative_to(ROOT).parts}
        ]
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True)
    names = listed.stdout.decode().split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def lines_of_tracked_files(pattern: re.Pattern[str]) -> list[str]:
    found = []
    for path in tracked_files():
        if path == Path(__file__):
            continue
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue  # a picture
        if pattern.search(text):
            numbered = enumerate(text.splitlines(), 1)
            found += [
                f"{path.relative_to(ROOT)}:{n}: {line.strip()[:120]}"
                for n, line in numbered
                if pattern.search(line)
            ]
    return found


def rooms() -> list[Path]:
    folders = [path.parent for path in (ROOT / "backend").glob("*/__init__.py")]
    return sorted(folder for folder in folders if folder.name not in ("management", "migrations"))


def pinned(requirements: str) -> dict[str, str]:
    found = re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", (ROOT / requirements).read_text(), re.MULTILINE)
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in found}


def test_every_import_points_downwards(monkeypatch, capsys):
    from importlinter.cli import lint_imports

    monkeypatch.chdir(ROOT)
    code = lint_imports(no_cache=True, no_logo=True)
    assert code == 0, capsys.readouterr().out


def test_no_file_is_a_drawer_for_things_that_were_not_understood():
    drawers = [
        str(path.relative_to(ROOT))
        for path in tracked_files()
        if DRAWERS & {*path.relative_to(ROOT).parts[:-1], path.stem}
    ]
    assert drawers == []


def test_every_room_explains_itself():
    silent = [room.name for room in rooms() if not (room / "README.md").exists()]
    assert silent == []


def test_no_tracked_file_names_a_package_registry():
    assert lines_of_tracked_files(REGISTRY) == []


def test_no_tracked_file_names_a_folder_of_one_machine():
    assert lines_of_tracked_files(MACHINE_PATH) == []


@pytest.mark.parametrize("requirements", LOCKS.values())
def test_every_requirement_is_pinned_and_hashed(requirements):
    joined = (ROOT / requirements).read_text().replace("\\\n", " ")
    entries = [line for line in joined.splitlines() if line and not line.startswith("#")]
    assert entries
    assert [line for line in entries if "==" not in line or "--hash=sha256:" not in line] == []


def test_the_lock_files_are_of_this_pyproject():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    asked = {"run": project["project"]["dependencies"], "app": groups["app"], "tests": list(groups["test"])}
    asked["tests"].remove({"include-group": "app"})
    asked["tests"] += groups["app"]
    locked = {which: pinned(lock) for which, lock in LOCKS.items()}
    stale = []
    for which, lines in asked.items():
        for line in lines:
            name, version = re.fullmatch(r"([\w.-]+)(?:\[[\w,-]+\])?==(\S+)", line).groups()
            found = locked[which].get(re.sub(r"[-_.]+", "-", name).lower())
            if found != version:
                stale.append(f"{line}, but locked is {found}: make lock")
    assert stale == []
    assert locked["run"].items() <= locked["tests"].items(), "tests run with what runs in production"
    assert set(groups["app"]) <= set(project["build-system"]["requires"]), (
        "one Node builds the app everywhere"
    )


def test_the_packages_of_node_are_those_of_their_lock_files():
    for folder in (ROOT / "fieldsync/web", ROOT / "tests/browser"):
        asked, lock = (
            json.loads((folder / name).read_text()) for name in ("package.json", "package-lock.json")
        )
        for kind in ("dependencies", "devDependencies"):
            assert lock["packages"][""].get(kind) == asked.get(kind), f"{folder.name}: npm install"
        packages = {name: one for name, one in lock["packages"].items() if name}
        assert [name for name, one in packages.items() if "resolved" in one or "integrity" not in one] == []
        exact = [
            version
            for kind in ("dependencies", "devDependencies")
            for version in asked.get(kind, {}).values()
        ]
        assert [version for version in exact if not version[0].isdigit()] == []
        assert "omit-lockfile-registry-resolved=true" in (folder / ".npmrc").read_text().split()
