"""The installer, in a root of the test's own, with stand-ins for what would change this machine.

Debian's own programs were used in a debootstrapped root by hand; docs/raspberry-pi.md says so.
"""

import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from runner.schedule import read_place
from tests.pi.machine import PARTS
from tests.repository.project import PACKAGES, PROJECT_DIR, read
from tests.runner.cron import list_line_starts, list_starts

pytestmark = pytest.mark.posix

#: Programs that would need root, a network or systemd. Each notes how it was called.
STAND_INS = {
    "apt-get": "",
    "dpkg-query": "echo 'install ok installed'",
    "getent": "exit 2",
    "id": "echo 0",
    "python3": 'if [ "$1 $2" = "-m venv" ]; then mkdir -p "$3/bin"; ln -sf "$0" "$3/bin/python"; fi'
    f'; if [ "$1" = -c ]; then exec "{sys.executable}" "$@"; fi',
    # A first run: what it says, and how it ends.
    "runuser": 'case "$*" in *jobs.get_last_50*) echo "$(<"{folder}/says")"; '
    'exit "$(<"{folder}/ends")" ;; esac',
    "systemctl": "",
    "useradd": "",
    "chown": "",
    # As root here, as nobody special elsewhere: owners are noted, not given.
    "install": 'words=(); while [ $# -gt 0 ]; do case "$1" in -o|-g) shift ;; '
    '*) words+=("$1") ;; esac; shift; done; exec /usr/bin/install "${words[@]}"',
}

Install = Callable[..., str]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "root"
    (folder / "etc" / "postgresql" / "15" / "main").mkdir(parents=True)
    (folder / "etc" / "postgresql" / "9.6").mkdir()
    return folder


@pytest.fixture
def env_file(tmp_path: Path) -> Path:
    path = tmp_path / "my settings.env"
    path.write_text("SPOTIFY_CLIENT_SECRET='hidden-word'\nDATABASE_URL='postgresql://a:b@c/d'\n")
    return path


@pytest.fixture
def install(tmp_path: Path, root: Path) -> Install:
    programs = tmp_path / "bin"
    programs.mkdir()
    set_first_run(tmp_path, "get_last_50: fetched 50, new 50", 0)
    for name, does in STAND_INS.items():
        program = programs / name
        does = does.replace("{folder}", str(tmp_path))
        program.write_text(f'#!/bin/bash\necho "{name} $*" >> "{tmp_path}/called"\n{does}\n')
        program.chmod(0o755)

    def run(*options: str, code: int = 0, umask: int = -1, clone: Path = PROJECT_DIR) -> str:
        done = subprocess.run(
            [str(clone / "pi" / "install.sh"), *options],
            umask=umask,
            env={
                "PATH": f"{programs}{os.pathsep}/usr/bin{os.pathsep}/bin",
                "EVERHEARD_ROOT": str(root),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    return run


def set_first_run(folder: Path, says: str, ends: int) -> None:
    (folder / "says").write_text(says)
    (folder / "ends").write_text(str(ends))


def list_files(root: Path) -> list[str]:
    return sorted(
        str(path.relative_to(root))
        for path in (root / "etc").rglob("*")
        if path.is_file() and "postgresql" not in path.parts
    )


def read_calls(tmp_path: Path) -> str:
    return (tmp_path / "called").read_text()


def test_primary_installs_every_timer_and_twice_is_the_same(
    install: Install, root: Path, env_file: Path, tmp_path: Path
) -> None:
    said = install("--env", str(env_file))
    first = list_files(root)
    install()

    assert list_files(root) == first
    jobs = ["artists_and_tracks", "get_last_50", "new_releases", "rank_albums"]
    assert first == sorted(
        [
            "etc/everheard/artists_and_tracks.env",
            "etc/everheard/everheard.env",
            "etc/everheard/get_last_50.env",
            *(f"etc/systemd/system/everheard-{job}.timer" for job in jobs),
            "etc/systemd/system/everheard@.service",
        ]
    )
    settings = root / "etc/everheard/everheard.env"
    assert stat.S_IMODE(settings.stat().st_mode) == 0o600
    assert settings.read_text() == env_file.read_text()
    assert (root / "opt/everheard/jobs/get_last_50.py").exists()
    assert (root / "opt/everheard/sql/load/operations/read_operations.sql").exists()
    assert not (root / "opt/everheard/.env").exists()
    assert "hidden-word" not in said + read_calls(tmp_path)
    for job in jobs:
        assert f"systemctl enable --quiet --now everheard-{job}.timer" in read_calls(tmp_path)


def test_fallback_asks_every_two_hours_and_only_for_the_last_50(
    install: Install, root: Path, env_file: Path
) -> None:
    install("--env", str(env_file))
    install("--mode", "fallback")

    timers = [name for name in list_files(root) if name.endswith(".timer")]
    assert timers == ["etc/systemd/system/everheard-get_last_50.timer"]
    drop_in = root / "etc/systemd/system/everheard-get_last_50.timer.d/fallback.conf"
    assert "OnCalendar=0/2:22" in drop_in.read_text()
    assert "--if-stale" in (root / "etc/everheard/get_last_50.env").read_text()
    assert not (root / "etc/everheard/artists_and_tracks.env").exists()

    install("--mode", "primary")
    assert not drop_in.exists()


@pytest.mark.parametrize(("mode", "place"), [("primary", "pi"), ("fallback", "pi_fallback")])
def test_cron_starts_the_jobs_when_the_schedule_says(
    install: Install, root: Path, env_file: Path, mode: str, place: str
) -> None:
    install("--env", str(env_file), "--cron", "--mode", mode)
    written = (root / "etc/cron.d/everheard").read_text().splitlines()[1:]
    for text, line in zip(written, read_place(place), strict=True):
        assert list_starts(text.partition(" everheard ")[0]) == list_line_starts(line)
        command = " ".join((f"jobs.{line.job}", *line.arguments))
        assert re.search(rf"-m {re.escape(command)} +2>&1", text)


def test_cron_takes_the_place_of_the_timers_and_they_its(
    install: Install, root: Path, env_file: Path
) -> None:
    install("--env", str(env_file))
    install("--cron")

    assert [name for name in list_files(root) if "systemd" in name] == []
    lines = (root / "etc/cron.d/everheard").read_text().splitlines()[1:]
    assert len(lines) == 4
    assert " * * * * everheard cd /opt/everheard && umask 077" in lines[0]
    assert "flock -n /var/lib/everheard/get_last_50.lock" in lines[0]
    assert " 2>&1 | logger" in lines[0]
    assert (root / "var/lib/everheard/everheard.env").exists()
    assert "hidden-word" not in "\n".join(lines)

    install()
    assert not (root / "etc/cron.d/everheard").exists()
    assert not (root / "var/lib/everheard/everheard.env").exists(), "one copy of the secrets"


def test_local_database_is_set_up_and_used(
    install: Install, root: Path, env_file: Path, tmp_path: Path
) -> None:
    install("--env", str(env_file), "--database", "local")
    conf = (root / "etc/postgresql/15/main/conf.d/everheard.conf").read_text()
    assert "shared_buffers = 64MB" in conf
    settings = (root / "etc/everheard/everheard.env").read_text()
    assert settings.count("DATABASE_URL=") == 1
    assert "host=/var/run/postgresql" in settings
    called = read_calls(tmp_path)
    assert "createuser everheard" in called
    assert "createdb --owner everheard --template template0 --encoding UTF8" in called
    assert "-m migrate upgrade" in called


def test_uninstall_leaves_settings_and_spool(install: Install, root: Path, env_file: Path) -> None:
    install("--env", str(env_file))
    (root / "var/lib/everheard/spool").mkdir()
    said = install("--uninstall")
    assert "still there" in said
    assert [name for name in list_files(root) if "systemd" in name or "cron" in name] == []
    assert not (root / "opt/everheard").exists()
    assert (root / "etc/everheard/everheard.env").exists()
    assert (root / "var/lib/everheard/spool").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--mode", "sometimes"), "--mode is primary or fallback"),
        (("--database", "elsewhere"), "the word local"),
        (("--env", "nowhere.env"), "there is no file nowhere.env"),
        (("--nonsense",), "there is no option --nonsense"),
        (("--web", "no/address"), "--web takes lan, off or an address"),
        (("--web", "--cron"), "--web needs systemd"),
        (("--watch", "--cron"), "--watch needs systemd"),
        ((), "python3 start.py setup"),
    ],
)
def test_wrong_words_are_named(install: Install, options: tuple[str, ...], said: str) -> None:
    assert said in install(*options, code=1)


def test_service_can_run_what_is_installed_under_umask_077(
    install: Install, root: Path, env_file: Path, tmp_path: Path
) -> None:
    clone = tmp_path / "clone"
    for part in ("pi", "everheard", "jobs", "migrate", "sql"):
        shutil.copytree(PROJECT_DIR / part, clone / part, ignore=shutil.ignore_patterns("*.pyc"))
    for path in [*PROJECT_DIR.glob("requirements*.txt"), PROJECT_DIR / "start.py"]:
        shutil.copy(path, clone / path.name)
    for path in [clone, *clone.rglob("*")]:  # a clone made under umask 077
        path.chmod(path.stat().st_mode & 0o700)
    install("--env", str(env_file), "--database", "local", umask=0o077, clone=clone)

    code = [root / "opt", *(root / "opt").rglob("*")]
    units = [root / "etc/systemd/system", *(root / "etc/systemd/system").rglob("*")]
    read_by_postgres = [root / "etc/postgresql/15/main/conf.d/everheard.conf"]
    for path in [*code, *units, *read_by_postgres]:
        needed = 0o755 if path.is_dir() else 0o444
        assert stat.S_IMODE(path.stat().st_mode) & needed == needed, path
    assert stat.S_IMODE((root / "etc/everheard/everheard.env").stat().st_mode) == 0o600


def test_timers_and_settings_that_somebody_else_put_there_stay(
    install: Install, root: Path, env_file: Path
) -> None:
    install("--env", str(env_file), "--mode", "fallback")
    units = root / "etc/systemd/system"
    theirs = [
        units / "everheard-backup.timer",
        units / "everheard-get_last_50.timer.d/override.conf",
        root / "opt/everheard/notes.txt",
    ]
    for path in theirs:
        path.write_text("mine")
    (root / "etc/everheard/get_last_50.env").write_text("ARGUMENTS=--if-stale 7h\n")
    said = install() + install("--uninstall")
    assert [path.read_text() for path in theirs] == ["mine"] * 3
    assert "get_last_50.env stays as you changed it" in said
    assert (root / "etc/everheard/get_last_50.env").read_text() == "ARGUMENTS=--if-stale 7h\n"
    assert not (units / "everheard-get_last_50.timer").exists()


def test_clone_in_the_place_of_the_installed_program_is_left_alone(
    install: Install, root: Path, env_file: Path
) -> None:
    (root / "opt/everheard/.git").mkdir(parents=True)
    (root / "opt/everheard/everheard").mkdir()
    for options in (("--env", str(env_file)), ("--uninstall",)):
        assert "move that elsewhere" in install(*options, code=1)
    assert (root / "opt/everheard/everheard").exists()


def test_link_in_the_services_folder_is_not_written_through(
    install: Install, root: Path, env_file: Path, tmp_path: Path
) -> None:
    secret = tmp_path / "shadow"
    secret.write_text("root's own")
    (tmp_path / "folder").mkdir()
    install("--env", str(env_file), "--cron")
    settings = root / "var/lib/everheard/everheard.env"
    for target in (secret, tmp_path / "folder"):
        settings.unlink()
        settings.symlink_to(target)
        install("--cron")
        assert not settings.is_symlink()
        assert settings.read_text() == env_file.read_text()
    assert secret.read_text() == "root's own"
    assert list((tmp_path / "folder").iterdir()) == []
    assert {path.name for path in (root / "var/lib").iterdir()} == {"everheard"}


def test_plays_of_the_database_so_far_are_not_forgotten_without_a_word(
    install: Install, env_file: Path
) -> None:
    said = install("--env", str(env_file), "--database", "local")
    assert "those in the one that DATABASE_URL named stay there" in said
    assert "a:b@c" not in said


def test_no_database_named_makes_one_that_both_reach(
    install: Install, root: Path, env_file: Path, tmp_path: Path
) -> None:
    """The one that comes along is its user's alone, and the service is another user."""
    env_file.write_text("SPOTIFY_CLIENT_SECRET='hidden-word'\n")
    said = install("--env", str(env_file))
    assert "names no database" in said
    settings = (root / "etc/everheard/everheard.env").read_text()
    assert "DATABASE_URL='postgresql:///everheard?host=/var/run/postgresql'" in settings
    assert env_file.read_text() == "SPOTIFY_CLIENT_SECRET='hidden-word'\n"
    called = read_calls(tmp_path)
    assert "--locale C.UTF-8 everheard" in called
    assert re.search(r"psql -q --set=ON_ERROR_STOP=1 --set=person=\w+ everheard", called)

    (tmp_path / "called").unlink()
    install()
    assert "-m migrate upgrade" in read_calls(tmp_path), "an update brings the tables along"


def test_fallback_without_a_common_database_is_refused_before_anything_is_changed(
    install: Install, root: Path, env_file: Path
) -> None:
    env_file.write_text("SPOTIFY_CLIENT_SECRET='hidden-word'\n")
    said = install("--env", str(env_file), "--mode", "fallback", code=1)
    assert "setup database" in said
    assert list_files(root) == []
    assert not (root / "opt").exists()


@pytest.mark.parametrize(
    ("ends", "says", "cure"),
    [
        (77, "get_last_50: sign-in of 1 listener needed", "start.py authorize"),
        (78, "SPOTIFY_CLIENT_ID is not set", "my settings.env"),
        (73, "get_last_50: the database is away", "start.py doctor"),
        (1, "Traceback", "journalctl"),
    ],
)
def test_first_run_that_fails_is_the_last_word(
    install: Install, env_file: Path, tmp_path: Path, ends: int, says: str, cure: str
) -> None:
    set_first_run(tmp_path, says, ends)
    said = install("--env", str(env_file), code=1)
    assert "installed as" not in said
    last = said.splitlines()[-1]
    assert f"failed ({ends}" in last
    assert cure in last
    assert f"    {says}\n" in said


def test_first_run_says_what_came_of_it(install: Install, env_file: Path, tmp_path: Path) -> None:
    said = install("--env", str(env_file), "--cron")
    assert "    get_last_50: fetched 50, new 50\neverheard: installed as primary, by cron" in said
    run = re.search(
        r"^runuser -u everheard -- env -i .*jobs.get_last_50.*$", read_calls(tmp_path), re.M
    )
    assert run is not None
    assert run[0].endswith("--load-every 55m")
    assert "cron is installed but does not run" in said
    assert [path.name for path in (tmp_path / "root/var/lib").iterdir()] == ["everheard"]

    set_first_run(tmp_path, "get_last_50: Spotify is away", 69)
    said = install()
    assert "installed as primary, by systemd" in said
    assert "the next tries again" in said


def test_watcher_is_installed_kept_and_taken_away(
    install: Install, root: Path, env_file: Path, tmp_path: Path
) -> None:
    unit = root / "etc/systemd/system/everheard-watch.service"
    install("--env", str(env_file), "--watch")
    assert "systemctl enable --quiet --now everheard-watch.service" in read_calls(tmp_path)
    assert unit.exists()
    install()
    assert unit.exists(), "an update keeps what was asked for"
    assert not (root / "opt/everheard/dashboard").exists()
    env_file.write_text(env_file.read_text() + "NOW_PLAYING=token\n")
    install("--env", str(env_file))
    assert (root / "opt/everheard/dashboard/static/now-playing.js").exists()
    install("--watch", "off")
    assert not unit.exists()


@pytest.mark.parametrize(
    ("given", "arguments"),
    [
        ((), "--host 127.0.0.1 --port 8898"),
        (("lan",), "--host 0.0.0.0 --port 8898"),
        (("10.0.0.7:80",), "--host 10.0.0.7 --port 80"),
        (("[fd00::7]:8080",), "--host fd00::7 --port 8080"),
    ],
)
def test_web_is_served_at_the_address_given(
    install: Install,
    root: Path,
    env_file: Path,
    tmp_path: Path,
    given: tuple[str, ...],
    arguments: str,
) -> None:
    said = install("--env", str(env_file), "--web", *given)
    assert (root / "etc/everheard/web.env").read_text() == f"ARGUMENTS={arguments}\n"
    assert "dashboard and API at http://" in said
    assert ("docs/cloud.md" in said) == bool(given)
    called = read_calls(tmp_path)
    assert "systemctl enable --quiet --now everheard-web.service" in called
    assert "requirements.txt" in called
    assert (root / "opt/everheard/api").exists()

    install()
    assert (root / "etc/everheard/web.env").read_text() == f"ARGUMENTS={arguments}\n"
    assert (root / "opt/everheard/cli").exists(), "an update keeps what was asked for"

    install("--web", "off")
    assert not (root / "etc/systemd/system/everheard-web.service").exists()
    assert not (root / "opt/everheard/api").exists()


def test_installed_parts_are_all_that_their_programs_import() -> None:
    """With --web, ``python -m cli serve`` imports more rooms than the jobs do."""
    text = read("pi/install.sh")
    named = re.findall(r"^(?:WEB_)?PARTS=\((.+)\)$", text, re.MULTILINE)
    parts, with_web = named[0].split(), " ".join(named).split()
    assert len(named) == 2
    assert set(PARTS) == {*with_web}, "the machine of the tests has the same"
    for statement, rooms in (
        ("jobs.get_last_50, migrate.__main__", parts),
        ("cli.serve", with_web),
    ):
        done = subprocess.run(
            [sys.executable, "-c", f"import sys, {statement}; print(*sys.modules)"],
            cwd=PROJECT_DIR, capture_output=True, text=True, check=True,
        )  # fmt: skip
        loaded = {name.partition(".")[0] for name in done.stdout.split()}
        assert (loaded & {*PACKAGES}) - {*rooms} == set()


def test_missing_cron_is_installed_or_named(
    install: Install, env_file: Path, tmp_path: Path
) -> None:
    missing = '#!/bin/bash\n[ "${@: -1}" != cron ] && echo "install ok installed"\n'
    (tmp_path / "bin/dpkg-query").write_text(missing)
    said = install("--env", str(env_file), "--cron")
    assert "installing cron" in said
    assert "apt-get -qq install --yes --no-install-recommends cron" in read_calls(tmp_path)

    (tmp_path / "bin/apt-get").write_text("#!/bin/bash\necho 'no such host'; exit 100\n")
    said = install("--cron", code=1)
    assert "no such host" in said
    assert "`apt install cron` works, then type the same again" in said
