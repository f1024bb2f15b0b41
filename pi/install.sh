#!/usr/bin/env bash
# Make this machine a runner of Everheard (docs/raspberry-pi.md). Run it again to update.
set -euo pipefail
umask 022 # the service runs what is installed here, whatever umask root has

usage() {
    cat <<'TEXT'
sudo pi/install.sh [options]

  --mode primary|fallback  primary (default) does the work on schedule; fallback only
                           where every other runner has been silent
  --env FILE               settings to install (default: .env beside start.py; what is
                           installed already stays where there is none)
  --database local         set up Debian's PostgreSQL on this machine, and use it; so it is
                           done, too, where the settings name no database. A ledger in the
                           database that came along is carried over, and you reach it as before
  --web [lan|HOST[:PORT]]  serve the dashboard and the API, too: to this machine (127.0.0.1:8898),
                           to your network (lan), or at an address of this machine's; --web off
                           ends that
  --watch [off]            watch what plays, all the time, and measure how long it is heard
  --cron                   cron instead of systemd's timers
  --uninstall              take everything away, but settings, spool and database
TEXT
}

say() { printf 'everheard: %s\n' "$*"; }
fail() { printf 'everheard: %s\n' "$*" >&2; exit 1; }

SOURCE="$(cd "$(dirname "$0")/.." && pwd)"
ROOT="${EVERHEARD_ROOT:-}" # another root, for tests and images
CODE="$ROOT/opt/everheard"
SETTINGS="$ROOT/etc/everheard"
STATE="$ROOT/var/lib/everheard"
UNITS="$ROOT/etc/systemd/system"
CRON="$ROOT/etc/cron.d/everheard"
PARTS=(everheard jobs migrate sql)
WEB_PARTS=(api cli dashboard runner)
WEB_UNIT=everheard-web.service
WATCH_UNIT=everheard-watch.service
PRIMARY_JOBS=(get_last_50 artists_and_tracks new_releases rank_albums)

mode=primary env_file="" database="" scheduler=systemd web="" watch="" uninstall=no

# shellcheck source=pi/ledger.sh
source "$SOURCE/pi/ledger.sh"
# shellcheck source=pi/first_run.sh
source "$SOURCE/pi/first_run.sh"

read_options() {
    while [ $# -gt 0 ]; do
        case "$1" in
            --mode) mode="${2:-}"; shift ;;
            --env) env_file="${2:-}"; shift ;;
            --database) database="${2:-}"; shift ;;
            --web)
                web=127.0.0.1
                if [ $# -gt 1 ] && [[ "$2" != -* ]]; then web="$2" && shift; fi
                ;;
            --watch)
                watch=on
                if [ "${2:-}" = off ]; then watch=off && shift; fi
                ;;
            --cron) scheduler=cron ;;
            --uninstall) uninstall=yes ;;
            --help | -h) usage; exit 0 ;;
            *) usage >&2; fail "there is no option $1" ;;
        esac
        shift
    done
    case "$mode" in primary | fallback) ;; *) fail "--mode is primary or fallback" ;; esac
    case "$database" in "" | local) ;; *) fail "--database takes the word local" ;; esac
    if [ -n "$env_file" ] && [ ! -f "$env_file" ]; then fail "there is no file $env_file"; fi
    if [ -z "$web" ] && [ -e "$UNITS/$WEB_UNIT" ] && [ "$scheduler" = systemd ]; then web=kept; fi
    case "$web" in "" | off) web="" ;; kept) ;; *) read_web_address ;; esac
    if [ -n "$web" ] && [ "$scheduler" = cron ]; then
        fail "--web needs systemd, which starts it again; without that: python3 start.py serve"
    fi
    if [ -z "$watch" ] && [ -e "$UNITS/$WATCH_UNIT" ]; then watch=on; fi
    if [ "$watch" = on ] && [ "$scheduler" = cron ]; then
        fail "--watch needs systemd, which starts it again; without that:" \
            "python3 start.py job now_playing"
    fi
}

# Find host and port in what --web was given: lan, HOST, HOST:PORT, [HOST]:PORT.
read_web_address() {
    local host="$web" port=8898
    if [ "$host" = lan ]; then host=0.0.0.0; fi
    if [[ "$host" =~ ^(\[.+\]|[^:]+):([0-9]+)$ ]]; then
        host="${BASH_REMATCH[1]}" port="${BASH_REMATCH[2]}"
    fi
    host="${host#[}" host="${host%]}"
    if [[ ! "$host" =~ ^[A-Za-z0-9.:-]+$ ]]; then
        fail "--web takes lan, off or an address of this machine: HOST or HOST:PORT"
    fi
    web="--host $host --port $port"
}

# What is installed there is ours to replace and to remove; a copy that people work in is not.
refuse_copy() {
    if [ "$SOURCE" -ef "$CODE" ] || [ -e "$CODE/.git" ]; then
        fail "$CODE is where the program is installed, and holds a copy of yours: move that" \
            "elsewhere, and start pi/install.sh there"
    fi
}

check_machine() {
    [ "$(id -u)" -eq 0 ] || fail "this needs root: sudo pi/install.sh"
    case "$(uname -m)" in
        aarch64 | x86_64) ;;
        *) fail "this needs a 64-bit system; for $(uname -m) there are no ready-made packages" ;;
    esac
    if [ "$scheduler" = systemd ] && ! command -v systemctl >/dev/null; then
        fail "systemd is not here: \`sudo pi/install.sh --cron\` takes cron"
    fi
    install_packages python3-venv
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        fail "this needs Python 3.11 or newer: Raspberry Pi OS Bookworm or later"
}

install_packages() {
    local package missing=()
    for package in "$@"; do
        dpkg-query --show --showformat='${Status}' "$package" 2>/dev/null |
            grep -q 'ok installed' || missing+=("$package")
    done
    if [ "${#missing[@]}" -eq 0 ]; then return; fi
    say "installing ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    if ! quietly apt-get -qq update ||
        ! quietly apt-get -qq install --yes --no-install-recommends "${missing[@]}"; then
        fail "${missing[*]} could not be installed: see to it that \`apt install ${missing[*]}\`" \
            "works, then type the same again"
    fi
}

# Run a program; what it says is shown only where it fails.
quietly() {
    local said code=0
    said="$("$@" 2>&1)" || code=$?
    if [ "$code" != 0 ]; then printf '%s\n' "$said" | tail -n 20 >&2; fi
    return "$code"
}

# Where systemd is not process 1 (a container, an image being made) units begin when it is.
has_init() { [ -d /run/systemd/system ] || [ -n "$ROOT" ]; }

reload_units() { if has_init; then systemctl daemon-reload; fi; }
start_unit() { change_unit enable "$1"; }
end_unit() { change_unit disable "$1"; }

change_unit() {
    if has_init; then
        systemctl "$1" --quiet --now "$2"
    else
        systemctl "$1" --quiet "$2"
    fi
}

# What reads /etc/cron.d: without it the lines there would never be started, in silence.
check_cron() {
    if ! command -v cron >/dev/null && ! command -v crond >/dev/null; then install_packages cron; fi
}

say_if_cron_sleeps() {
    local process
    process="$(cat "$ROOT/run/crond.pid" 2>/dev/null || true)"
    if [ -z "$process" ] || ! kill -0 "$process" 2>/dev/null; then
        say "cron is installed but does not run, so nothing will start by itself:" \
            "\`sudo service cron start\`, and see to it that it starts with the machine"
    fi
}

make_user() {
    if ! getent passwd everheard >/dev/null; then
        useradd --system --user-group --home-dir /var/lib/everheard --shell /usr/sbin/nologin \
            everheard
    fi
    install -d -m 0700 -o everheard -g everheard "$STATE"
}

# Say whether what plays is not only watched here, but streamed (NOW_PLAYING), too.
streams() {
    local given="${env_file:-$SOURCE/.env}"
    if [ ! -f "$given" ]; then given="$SETTINGS/everheard.env"; fi
    [ "$watch" = on ] && grep -Eq "^NOW_PLAYING=['\"]?(token|public)" "$given" 2>/dev/null
}

install_code() {
    install -d -m 0755 "$CODE"
    local part
    local parts=("${PARTS[@]}")
    for part in "${PARTS[@]}" "${WEB_PARTS[@]}"; do rm -rf "${CODE:?}/$part"; done
    if [ -n "$web" ]; then parts+=("${WEB_PARTS[@]}"); fi
    if [ -z "$web" ] && streams; then parts+=(dashboard); fi # the element that pages show
    for part in "${parts[@]}"; do cp -R "$SOURCE/$part" "$CODE/$part"; done
    cp "$SOURCE"/start.py "$SOURCE"/requirements*.txt "$CODE/"
    # An upgrade of the system may have put another Python in its place, without our packages.
    "$CODE/.venv/bin/python" -c 'import pip' 2>/dev/null || python3 -m venv "$CODE/.venv" --clear
    local requirements="requirements-ingest.txt"
    if [ "$database" = local ]; then requirements="requirements-migrate.txt"; fi
    if [ -n "$web" ] || streams; then requirements="requirements.txt"; fi
    say "installing Python packages"
    "$CODE/.venv/bin/python" -m pip install --quiet --disable-pip-version-check \
        --require-hashes --requirement "$CODE/$requirements"
    # A clone made under umask 077 is nobody else's, and so was what an earlier install left.
    chmod -R u=rwX,go=rX "$CODE"
}

install_settings() {
    install -d -m 0755 "$SETTINGS"
    local given="${env_file:-$SOURCE/.env}"
    if [ -f "$given" ]; then
        install -m 0600 -o root -g root "$given" "$SETTINGS/everheard.env"
    elif [ ! -f "$SETTINGS/everheard.env" ]; then
        fail "no settings: run \`python3 start.py setup\` first, or give --env FILE"
    fi
    local job
    for job in "${PRIMARY_JOBS[@]}"; do
        if was_changed "$SETTINGS/$job.env" "$SOURCE/pi/jobs/$job".*.env; then
            say "$SETTINGS/$job.env stays as you changed it"
            continue
        fi
        rm -f "$SETTINGS/$job.env"
        if [ -f "$SOURCE/pi/jobs/$job.$mode.env" ]; then
            install -m 0644 "$SOURCE/pi/jobs/$job.$mode.env" "$SETTINGS/$job.env"
        fi
    done
}

# Say whether a file is none of those that we install in its place.
was_changed() {
    local file="$1" shipped
    if [ ! -e "$file" ]; then return 1; fi
    for shipped in "${@:2}"; do
        if cmp -s "$file" "$shipped"; then return 1; fi
    done
}

list_jobs() {
    if [ "$mode" = primary ]; then echo "${PRIMARY_JOBS[@]}"; else echo get_last_50; fi
}

remove_timers() {
    local job timer
    for job in "${PRIMARY_JOBS[@]}"; do
        timer="$UNITS/everheard-$job.timer"
        [ -e "$timer" ] || continue
        end_unit "everheard-$job.timer"
        rm -f "$timer"
    done
    rm -f "$UNITS/everheard@.service" "$UNITS/everheard-get_last_50.timer.d/fallback.conf"
    # What somebody else put beside it (systemctl edit) is theirs.
    rmdir "$UNITS/everheard-get_last_50.timer.d" 2>/dev/null || true
}

install_timers() {
    local job jobs
    read -ra jobs <<<"$(list_jobs)"
    rm -f "$CRON" "$STATE/everheard.env"
    install -d "$UNITS"
    install -m 0644 "$SOURCE/pi/units/everheard@.service" "$UNITS/"
    for job in "${jobs[@]}"; do
        install -m 0644 "$SOURCE/pi/units/everheard-$job.timer" "$UNITS/"
    done
    if [ "$mode" = fallback ]; then
        install -d "$UNITS/everheard-get_last_50.timer.d"
        install -m 0644 "$SOURCE/pi/fallback.conf" "$UNITS/everheard-get_last_50.timer.d/"
    fi
    reload_units
    for job in "${jobs[@]}"; do start_unit "everheard-$job.timer"; done
}

install_web() {
    if [ -z "$web" ]; then
        remove_web
        return
    fi
    install -m 0644 "$SOURCE/pi/units/$WEB_UNIT" "$UNITS/"
    if [ "$web" != kept ]; then echo "ARGUMENTS=$web" >"$SETTINGS/web.env"; fi
    reload_units
    start_unit "$WEB_UNIT"
    if has_init; then systemctl restart "$WEB_UNIT"; fi
}

remove_web() {
    if [ ! -e "$UNITS/$WEB_UNIT" ]; then return; fi
    end_unit "$WEB_UNIT"
    rm -f "$UNITS/$WEB_UNIT" "$SETTINGS/web.env"
    reload_units
}

install_watch() {
    if [ "$watch" != on ]; then
        remove_watch
        return
    fi
    install -m 0644 "$SOURCE/pi/units/$WATCH_UNIT" "$UNITS/"
    reload_units
    start_unit "$WATCH_UNIT"
    if has_init; then systemctl restart "$WATCH_UNIT"; fi
}

remove_watch() {
    if [ ! -e "$UNITS/$WATCH_UNIT" ]; then return; fi
    end_unit "$WATCH_UNIT"
    rm -f "$UNITS/$WATCH_UNIT"
    reload_units
}

# The same minutes, arguments and user; what the jobs say goes to the journal or syslog.
install_cron() {
    local job minutes jobs run
    read -ra jobs <<<"$(list_jobs)"
    hand_over "$SETTINGS/everheard.env" "$STATE/everheard.env"
    run="cd /opt/everheard && umask 077 && CREDENTIALS_DIRECTORY=/var/lib/everheard"
    run+=" EVERHEARD_HOME=/var/lib/everheard EVERHEARD_TRIGGER=timer"
    install -d "$(dirname "$CRON")"
    {
        echo "# Everheard, written by pi/install.sh --cron"
        for job in "${jobs[@]}"; do
            case "$job-$mode" in
                get_last_50-primary) minutes="7,22,37,52 * * * *" ;;
                get_last_50-fallback) minutes="22 */2 * * *" ;;
                artists_and_tracks-*) minutes="11 */3 * * *" ;;
                new_releases-*) minutes="11 4 * * *" ;;
                rank_albums-*) minutes="13 4 * * *" ;;
            esac
            local arguments=""
            if [ -f "$SETTINGS/$job.env" ]; then
                arguments="$(sed -n 's/^ARGUMENTS=//p' "$SETTINGS/$job.env")"
            fi
            echo "$minutes everheard $run flock -n /var/lib/everheard/$job.lock" \
                ".venv/bin/python -m jobs.$job $arguments 2>&1 | logger -t everheard"
        done
    } >"$CRON"
    chmod 0644 "$CRON"
}

# The folder it goes to is the service's, which could put a link there meanwhile: it is made
# whole where only root can write, and put in place by one rename, which follows no link.
hand_over() {
    local beside
    beside="$(mktemp -d "$(dirname "$STATE")/everheard-install.XXXXXX")"
    install -m 0600 -o everheard -g everheard "$1" "$beside/file"
    mv -fT "$beside/file" "$2"
    rmdir "$beside"
}

uninstall() {
    remove_timers
    remove_web
    remove_watch
    reload_units
    rm -f "$CRON" "$STATE/everheard.env"
    local part
    for part in "${PARTS[@]}" "${WEB_PARTS[@]}" .venv; do rm -rf "${CODE:?}/$part"; done
    rm -f "$CODE"/start.py "$CODE"/requirements.txt "$CODE"/requirements-*.txt
    rmdir "$CODE" 2>/dev/null || say "$CODE stays: it holds what was not installed by this"
    say "gone; settings ($SETTINGS), spool ($STATE) and database are still there"
}

main() {
    read_options "$@"
    [ "$(id -u)" -eq 0 ] || fail "this needs root: sudo pi/install.sh"
    refuse_copy
    if [ "$uninstall" = yes ]; then uninstall; return; fi
    decide_database
    check_machine
    if [ "$scheduler" = cron ]; then check_cron; fi
    make_user
    install_code
    install_settings
    if [ "$database" = local ]; then set_up_ledger; fi
    remove_timers
    if [ "$scheduler" = systemd ]; then install_timers; else install_cron; fi
    install_web
    install_watch
    try_first_run
    if [ -n "$web" ]; then show_way_in; fi
    if [ "$scheduler" = cron ]; then
        say_if_cron_sleeps
    elif ! has_init; then
        say "systemd does not run here: the timers begin when it does (or --cron)"
    fi
}

main "$@"
