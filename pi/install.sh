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
  --database local         set up Debian's PostgreSQL on this machine, and use it
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
PRIMARY_JOBS=(get_last_50 artists_and_tracks new_releases rank_albums)

mode=primary env_file="" database="" scheduler=systemd uninstall=no

read_options() {
    while [ $# -gt 0 ]; do
        case "$1" in
            --mode) mode="${2:-}"; shift ;;
            --env) env_file="${2:-}"; shift ;;
            --database) database="${2:-}"; shift ;;
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
    DEBIAN_FRONTEND=noninteractive apt-get -qq update
    DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends "${missing[@]}"
}

make_user() {
    if ! getent passwd everheard >/dev/null; then
        useradd --system --user-group --home-dir /var/lib/everheard --shell /usr/sbin/nologin \
            everheard
    fi
    install -d -m 0700 -o everheard -g everheard "$STATE"
}

install_code() {
    install -d -m 0755 "$CODE"
    local part
    for part in "${PARTS[@]}"; do
        rm -rf "${CODE:?}/$part"
        cp -R "$SOURCE/$part" "$CODE/$part"
    done
    cp "$SOURCE"/start.py "$SOURCE"/requirements*.txt "$CODE/"
    # An upgrade of the system may have put another Python in its place, without our packages.
    "$CODE/.venv/bin/python" -c 'import pip' 2>/dev/null || python3 -m venv "$CODE/.venv" --clear
    local requirements="requirements-ingest.txt"
    if [ "$database" = local ]; then requirements="requirements-migrate.txt"; fi
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
        fail "no settings: run \`python start.py setup\` first, or give --env FILE"
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

# Sized for 1 GB of memory and an SD card: few connections, few and lazy writes.
set_up_postgres() {
    install_packages postgresql
    local version conf
    version="$(find "$ROOT/etc/postgresql" -mindepth 1 -maxdepth 1 -printf '%f\n' | sort -n |
        tail -n 1)"
    conf="$ROOT/etc/postgresql/$version/main/conf.d"
    install -d "$conf"
    cat >"$conf/everheard.conf" <<'TEXT'
shared_buffers = 64MB
effective_cache_size = 256MB
work_mem = 4MB
max_connections = 20
synchronous_commit = off
checkpoint_timeout = 30min
wal_compression = on
TEXT
    systemctl restart postgresql
    if ! as_postgres psql -Atqc "select 1 from pg_roles where rolname = 'everheard'" | grep -q 1; then
        as_postgres createuser everheard
    fi
    if ! as_postgres psql -Atqc "select 1 from pg_database where datname = 'everheard'" |
        grep -q 1; then
        as_postgres createdb --owner everheard everheard
    fi
    local url='postgresql:///everheard?host=/var/run/postgresql'
    local before
    before="$(sed -n 's/^DATABASE_URL=//p' "$SETTINGS/everheard.env" | tr -d "'\"" | tail -n 1)"
    if [ -n "$before" ] && [ "$before" != "$url" ]; then
        say "from now on plays go to the database here; those in the one that DATABASE_URL named" \
            "stay there (docs/setup.md, \"Another database\")"
    fi
    sed -i '/^DATABASE_URL=/d' "$SETTINGS/everheard.env"
    printf "DATABASE_URL='%s'\n" "$url" >>"$SETTINGS/everheard.env"
    say "making the tables"
    (cd "$CODE" && runuser -u everheard -- env DATABASE_URL="$url" \
        "$CODE/.venv/bin/python" -m migrate upgrade)
}

as_postgres() { runuser -u postgres -- "$@"; }

list_jobs() {
    if [ "$mode" = primary ]; then echo "${PRIMARY_JOBS[@]}"; else echo get_last_50; fi
}

remove_timers() {
    local job timer
    for job in "${PRIMARY_JOBS[@]}"; do
        timer="$UNITS/everheard-$job.timer"
        [ -e "$timer" ] || continue
        systemctl disable --quiet --now "everheard-$job.timer"
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
    systemctl daemon-reload
    for job in "${jobs[@]}"; do systemctl enable --quiet --now "everheard-$job.timer"; done
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
    systemctl daemon-reload
    rm -f "$CRON" "$STATE/everheard.env"
    local part
    for part in "${PARTS[@]}" .venv; do rm -rf "${CODE:?}/$part"; done
    rm -f "$CODE"/start.py "$CODE"/requirements.txt "$CODE"/requirements-*.txt
    rmdir "$CODE" 2>/dev/null || say "$CODE stays: it holds what was not installed by this"
    say "gone; settings ($SETTINGS), spool ($STATE) and database are still there"
}

main() {
    read_options "$@"
    [ "$(id -u)" -eq 0 ] || fail "this needs root: sudo pi/install.sh"
    refuse_copy
    if [ "$uninstall" = yes ]; then uninstall; return; fi
    check_machine
    make_user
    install_code
    install_settings
    if [ "$database" = local ]; then set_up_postgres; fi
    remove_timers
    if [ "$scheduler" = systemd ]; then install_timers; else install_cron; fi
    local log="journalctl -u 'everheard@*'"
    if [ "$scheduler" = cron ]; then log="journalctl -t everheard"; fi
    say "installed as $mode, by $scheduler; look at it: $log"
}

main "$@"
