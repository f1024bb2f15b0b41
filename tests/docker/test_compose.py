"""compose.yaml, the Dockerfile and what stands beside them fit the project, and keep it safe."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import start
from cli.commands import COMMANDS, PEOPLE
from cli.serve import PORT
from runner.keep_going import GRACE_S
from runner.schedule import SCHEDULE, read_seconds
from tests.repository.project import PACKAGES, PROJECT_DIR, find_files, read, read_imports
from tests.repository.test_documentation import find_settings

COMPOSE: dict[str, Any] = yaml.safe_load(read("compose.yaml"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name for name, service in SERVICES.items() if "build" in service}
DOCKERFILE = re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", read("Dockerfile"), flags=re.MULTILINE))
STEPS = [line.split(maxsplit=1) for line in DOCKERFILE.splitlines() if line.strip()]
LET_IN = [line[1:] for line in read(".dockerignore").splitlines() if line.startswith("!")]
#: The driver's own, not a setting of ours: the password may hold any sign there.
DRIVERS = {"PGPASSWORD"}

each_service = pytest.mark.parametrize("name", SERVICES)


def find_steps(instruction: str) -> list[str]:
    return [rest for word, rest in STEPS if word == instruction]


def find_interpolated(text: str) -> dict[str, str]:
    """Return variable -> what follows its name in ``${NAME…}``."""
    return dict(re.findall(r"\$\{([A-Z_]+)([^}]*)\}", text))


def test_there_are_a_database_its_upgrade_a_runner_and_the_api() -> None:
    assert set(SERVICES) == {"database", "migrate", "runner", "watcher", "api"}
    assert {"migrate", "runner", "watcher", "api"} == OURS


def test_images_are_pinned_and_built_on_one_base() -> None:
    bases = {step.split()[0] for step in find_steps("FROM")}
    assert len(bases) == 1
    for image in (*bases, SERVICES["database"]["image"]):
        assert re.fullmatch(r"[a-z]+:\d+\.\d+[\w.-]*-[a-z]+", image), image
    python = tuple(int(part) for part in re.findall(r"\d+", bases.pop().split("-")[0]))
    assert python >= start.OLDEST
    assert {SERVICES[name]["image"] for name in OURS} == {"everheard:local"}


@each_service
def test_service_may_do_little(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "cap_add", "network_mode", "pid"} & service.keys()
    assert service.get("user", "everheard") not in {"root", "0"}
    assert service["logging"]["options"]["max-size"], "a log that never ends fills the disk"


def test_image_runs_as_nobody_special() -> None:
    assert find_steps("USER") == ["everheard"]
    assert STEPS[-1][0] == "CMD"
    after = [word for word, _ in STEPS[[word for word, _ in STEPS].index("USER") :]]
    assert after == ["USER", "CMD"]


@each_service
def test_ports_are_open_to_this_machine_only(name: str) -> None:
    ports = SERVICES[name].get("ports", [])
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []
    assert bool(ports) == (name in {"api", "watcher"})


def test_api_is_published_where_it_listens() -> None:
    api = SERVICES["api"]
    assert api["ports"] == [f"127.0.0.1:{PORT}:{PORT}"]
    assert "--port" not in api["command"]
    assert f"http://127.0.0.1:{PORT}/health" in api["healthcheck"]["test"][-1]


def test_database_is_reached_from_our_network_only() -> None:
    assert COMPOSE["networks"]["ledger"] == {"internal": True}
    assert SERVICES["database"]["networks"] == ["ledger"]
    assert all("ledger" in SERVICES[name]["networks"] for name in OURS)


def test_no_secret_stands_in_a_file() -> None:
    for name, service in SERVICES.items():
        for variable, value in service["environment"].items():
            if re.search("PASSWORD|SECRET|TOKEN|CLIENT_ID", variable):
                assert value is None or re.fullmatch(r"\$\{\w+:\?[^}]+\}", value), (name, variable)
    assert "@database:" in SERVICES["api"]["environment"]["DATABASE_URL"]
    assert not re.search(r"//\w+:\w", read("compose.yaml"))
    assert not re.search(r"(PASSWORD|SECRET|TOKEN)=\S", read("docker/env.example"))
    assert find_steps("ARG") == []


def test_secrets_go_only_where_they_are_needed() -> None:
    holders = {
        name
        for name, service in SERVICES.items()
        if any(variable.startswith("SPOTIFY_") for variable in service["environment"])
    }
    assert holders == {"runner", "watcher"}


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_variable_is_a_setting(name: str) -> None:
    assert set(SERVICES[name]["environment"]) <= find_settings() | DRIVERS


def test_env_example_holds_what_compose_asks_for_and_settings_only() -> None:
    named = set(re.findall(r"^([A-Z_]+)=", read("docker/env.example"), flags=re.MULTILINE))
    asked = find_interpolated(read("compose.yaml"))
    assert set(asked) == {"POSTGRES_PASSWORD"}
    assert all(rest.startswith(":?") for rest in asked.values()), "no password is made up"
    passed_on = {name for one in SERVICES.values() for name in one["environment"]}
    assert set(asked) <= named <= set(asked) | (find_settings() & passed_on)


@pytest.mark.parametrize("name", sorted(OURS - {"runner"}))
def test_command_is_one_that_people_type(name: str) -> None:
    python, program, command, *_ = SERVICES[name]["command"]
    assert (python, program) == ("python", "start.py")
    assert command in COMMANDS


def test_tables_are_brought_up_to_date_before_anybody_uses_them() -> None:
    assert SERVICES["migrate"]["command"][2:] == ["migrate", "upgrade"]
    assert SERVICES["migrate"]["restart"] == "no"
    assert SERVICES["migrate"]["depends_on"] == {"database": {"condition": "service_healthy"}}
    for name in ("runner", "watcher", "api"):
        done = {"migrate": {"condition": "service_completed_successfully"}}
        assert SERVICES[name]["depends_on"] == done


@each_service
def test_what_keeps_running_starts_again_and_is_watched(name: str) -> None:
    service = SERVICES[name]
    assert (service["restart"] == "unless-stopped") == ("healthcheck" in service)


def test_volumes_hold_the_database_and_the_spool() -> None:
    # Since 18 the image keeps its data in a folder by version below this one.
    assert "database:/var/lib/postgresql" in SERVICES["database"]["volumes"]
    home = re.search(r"EVERHEARD_HOME=(\S+)", DOCKERFILE)
    assert home is not None
    assert SERVICES["runner"]["volumes"] == [f"everheard:{home[1]}"]
    assert set(COMPOSE["volumes"]) == {"database", "everheard"}
    written = [value for value in SERVICES["runner"]["environment"].values() if value]
    assert all(value.startswith(home[1]) for value in written if value.startswith("/"))
    assert f"ln -s {home[1]}/.env .env" in DOCKERFILE


def test_runner_is_given_the_time_it_takes_to_stop() -> None:
    grace = read_seconds(SERVICES["runner"]["stop_grace_period"])
    assert grace is not None
    assert grace > GRACE_S


def test_runner_is_checked_with_the_schedule_it_runs() -> None:
    command = yaml.safe_load(find_steps("CMD")[0])
    *program, folder = command
    assert program[1:] == ["-m", "runner"], "with the schedule that comes with it"
    assert SERVICES["runner"]["healthcheck"]["test"][1:] == [*program, "--check", folder]
    assert "command" not in SERVICES["runner"]
    assert {"runner"} <= {*LET_IN} & {*PACKAGES}
    assert SCHEDULE.is_relative_to(PROJECT_DIR / "runner")


def test_image_holds_what_is_named_and_nothing_else() -> None:
    first = next(line for line in read(".dockerignore").splitlines() if line[:1] not in {"#", ""})
    assert first == "*", "nothing gets in but by name"
    assert [name for name in LET_IN if not (PROJECT_DIR / name).exists()] == []
    assert not {".env", ".git", ".venv", "tests", "benchmarks"} & set(LET_IN)


def test_image_holds_every_package_that_its_programs_import() -> None:
    imported = {
        name.partition(".")[0]
        for package in {*PACKAGES} & {*LET_IN}
        for path in find_files("*.py", package)
        for name in read_imports(path)
        if path.name != "demo.py"  # which serves nobody who has named a database
    }
    assert (imported & {*PACKAGES}) - {*LET_IN} == set()
    copied = {name.partition("/")[0] for name in find_copied()}
    assert {"sql", "start.py", *copied} <= {*LET_IN}


def find_copied() -> list[str]:
    """Return what is copied by name, the requirements among it."""
    steps = [step.split() for step in find_steps("COPY") if not step.startswith("--from")]
    return [name for words in steps for name in words[:-1] if name != "."]


def test_requirements_that_are_installed_are_copied() -> None:
    assert PEOPLE in find_copied()


def test_what_installs_is_copied_whole(tmp_path: Path) -> None:
    """The image's first step imports start.py, with no more of the project than is copied."""
    for name in find_copied():
        if (PROJECT_DIR / name).is_file():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(PROJECT_DIR / name, tmp_path / name)
    done = subprocess.run(
        [sys.executable, "-c", "import start"], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.posix
def test_shellcheck_finds_nothing() -> None:
    script = PROJECT_DIR / "docker/database.sh"
    done = subprocess.run(
        [Path(sys.executable).parent / "shellcheck", script], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout
    assert script.stat().st_mode & 0o111, "the image runs it; where it may not, it is sourced"
