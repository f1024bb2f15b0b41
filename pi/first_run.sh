# Part of pi/install.sh: a first run as the service, and what came of it.
# shellcheck shell=bash disable=SC2153,SC2154

# Run a program of ours as a timer's run has it: PYTHON-MODULE WORD...
as_service() {
    local lent code=0
    lent="$(mktemp -d "$(dirname "$STATE")/everheard-install.XXXXXX")"
    install -m 0600 -o everheard -g everheard "$SETTINGS/everheard.env" "$lent/everheard.env"
    chown everheard "$lent"
    (cd "$CODE" && umask 077 && runuser -u everheard -- env -i PATH=/usr/bin:/bin \
        CREDENTIALS_DIRECTORY="$lent" EVERHEARD_HOME="$STATE" EVERHEARD_TRIGGER=timer \
        PYTHONDONTWRITEBYTECODE=1 "$CODE/.venv/bin/python" -m "$@") || code=$?
    rm -rf "$lent"
    return "$code"
}

has_systemd() { [ "$scheduler" = systemd ] && [ -z "$ROOT" ] && [ -d /run/systemd/system ]; }

# Set first_code and first_said.
run_first() {
    local unit=everheard@get_last_50.service began arguments=""
    first_code=0
    if has_systemd; then
        began="$(date +%s)"
        systemctl start "$unit" 2>/dev/null || true # its own words say more
        first_code="$(systemctl show --property=ExecMainStatus --value "$unit")"
        first_said="$(journalctl --unit="$unit" --identifier=python --since="@$began" \
            --output=cat --no-pager || true)"
        return
    fi
    if [ -f "$SETTINGS/get_last_50.env" ]; then
        arguments="$(sed -n 's/^ARGUMENTS=//p' "$SETTINGS/get_last_50.env")"
    fi
    # shellcheck disable=SC2086 # several words
    first_said="$(as_service jobs.get_last_50 $arguments 2>&1)" || first_code=$?
}

# Say how it ended. Where a person has to do something, that is the last word, and the exit code 1.
try_first_run() {
    local log="journalctl -u 'everheard@*'" cure
    if [ "$scheduler" = cron ]; then log="journalctl -t everheard, or /var/log/syslog"; fi
    say "a first run, as the service"
    run_first
    if [ -n "$first_said" ]; then printf '%s\n' "$first_said" | tail -n 5 | sed 's/^/    /'; fi
    case "$first_code" in
        0 | 69 | 75)
            say "installed as $mode, by $scheduler; look at it: $log"
            if [ "$first_code" != 0 ]; then
                say "the first run could not do its work yet ($first_code): the next tries again"
            fi
            return
            ;;
        73) cure="what was fetched is kept for the next run; \`python3 start.py doctor\` says" ;
            cure+=" more of the database" ;;
        77) cure="\`python3 start.py authorize\` signs you in" ;;
        78) cure="put it right in $(find_settings)" ;;
        *) cure="$log says more" ;;
    esac
    if [ "$first_code" != 73 ]; then cure+=", then type the same again"; fi
    fail "everything is in its place, but the first run as the service failed ($first_code," \
        "docs/jobs.md): $cure"
}

# Say where the pages are, and let in whoever sits before this terminal.
show_way_in() {
    local words host port shown
    words="$(sed -n 's/^ARGUMENTS=//p' "$SETTINGS/web.env")"
    read -r _ host _ port <<<"$words"
    shown="$host"
    if [ "$host" = 0.0.0.0 ]; then shown="$(hostname -I | cut -d ' ' -f 1)"; fi
    say "dashboard and API at http://$shown:$port; look at it: systemctl status $WEB_UNIT"
    case "$host" in
        127.* | ::1) ;;
        *) say "plain http, which others in your network could read: docs/cloud.md has https" ;;
    esac
    if ! has_systemd; then return; fi # nothing was started
    if ! await_web "$host" "$port"; then
        journalctl --unit="$WEB_UNIT" --identifier=python --lines=3 --output=cat --no-pager |
            sed 's/^/    /'
        fail "$WEB_UNIT does not answer: journalctl -u $WEB_UNIT says why"
    fi
    # What no person reads now may be kept as a log.
    if [ -t 1 ]; then
        as_service cli serve --link --host "$shown" --port "$port" |
            sed 's/^/everheard: enter, within ten minutes and once: /'
    fi
    say "another link that lets a browser in: python3 start.py serve --link --host $shown" \
        "--port $port"
}

# Ask until somebody answers, a minute at most.
await_web() {
    local host="$1"
    case "$host" in 0.0.0.0) host=127.0.0.1 ;; ::) host=::1 ;; esac
    "$CODE/.venv/bin/python" - "$host" "$2" <<'PYTHON'
import socket, sys, time
for _ in range(120):
    try:
        socket.create_connection((sys.argv[1], int(sys.argv[2])), 5).close()
        sys.exit(0)
    except OSError:
        time.sleep(0.5)
sys.exit(1)
PYTHON
}
