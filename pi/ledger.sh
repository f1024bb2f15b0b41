# Part of pi/install.sh: one ledger, for the service and for the person whose machine this is.
# shellcheck shell=bash disable=SC2153,SC2154

LOCAL_URL='postgresql:///everheard?host=/var/run/postgresql'

# Name the settings that are to be installed: given, beside start.py, or installed already.
find_settings() {
    local file
    for file in "${env_file:-$SOURCE/.env}" "$SETTINGS/everheard.env"; do
        if [ -f "$file" ]; then echo "$file" && return; fi
    done
}

# Print what a file of settings says of a name, nothing where it does not.
read_setting() {
    sed -n "s/^\(export \)\?$1 *= *//p" "$2" | tr -d "'\"\r" | tail -n 1
}

# The database that comes along is one user's alone, and the service is another. So where no
# database is named, the ledger goes to one that both can reach. Decided before anything is changed.
decide_database() {
    local given url
    given="$(find_settings)"
    if [ -z "$given" ]; then return; fi # install_settings says so
    url="$(read_setting DATABASE_URL "$given")"
    if [ -z "$url" ] && [ -z "$database" ] && [ "$mode" = fallback ]; then
        fail "a fallback works where all other runners are silent, and $given names no database" \
            "that it has in common with them: \`python3 start.py setup database\` sets it"
    fi
    if [ -z "$url" ] && [ -z "$database" ]; then
        say "$given names no database: the ledger's place will be PostgreSQL on this machine," \
            "which you and the service both reach"
    fi
    if [ -z "$url" ] || [ "$url" = "$LOCAL_URL" ]; then database=local; fi
}

set_up_ledger() {
    local given person home before
    given="$(find_settings)"
    before="$(read_setting DATABASE_URL "$given")"
    if [ "$given" = "$SETTINGS/everheard.env" ]; then given="$SOURCE"; fi
    person="$(stat --format=%U "$given")"
    set_up_postgres
    make_tables
    home="$(find_home "$person")"
    if [ "$before" != "$LOCAL_URL" ] && [ -d "$home/postgres/data" ]; then
        carry_ledger "$person" "$home"
    fi
    let_in "$person"
    if [ "$given" -ef "$SOURCE/.env" ]; then name_ledger "$person" "$home"; fi
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
    restart_postgres
    if ! as_postgres psql -Atqc "select 1 from pg_roles where rolname = 'everheard'" | grep -q 1; then
        as_postgres createuser everheard
    fi
    if ! as_postgres psql -Atqc "select 1 from pg_database where datname = 'everheard'" |
        grep -q 1; then
        as_postgres createdb --owner everheard --template template0 --encoding UTF8 \
            --locale C.UTF-8 everheard # whatever language the machine speaks
    fi
}

restart_postgres() {
    if has_init; then systemctl restart postgresql; else quietly service postgresql restart; fi
}

# From a folder that everybody may be in: the programs say so where they cannot come back to it.
as_postgres() { (cd / && runuser -u postgres -- "$@"); }

make_tables() {
    local before
    before="$(read_setting DATABASE_URL "$SETTINGS/everheard.env")"
    if [ -n "$before" ] && [ "$before" != "$LOCAL_URL" ]; then
        say "from now on plays go to the database here; those in the one that DATABASE_URL named" \
            "stay there (docs/setup.md, \"Another database\")"
    fi
    sed -i '/^DATABASE_URL=/d' "$SETTINGS/everheard.env"
    printf "DATABASE_URL='%s'\n" "$LOCAL_URL" >>"$SETTINGS/everheard.env"
    say "making the tables"
    (cd "$CODE" && runuser -u everheard -- env DATABASE_URL="$LOCAL_URL" \
        "$CODE/.venv/bin/python" -m migrate upgrade)
}

# Print where a person's commands keep their data.
find_home() {
    local file home theirs
    theirs="$(getent passwd "$1" | cut -d: -f6 || true)"
    file="$(find_settings)"
    home="$(read_setting EVERHEARD_HOME "$file")"
    if [ -z "$home" ]; then home="$theirs/.local/share/everheard"; fi
    echo "${home/#\~/$theirs}"
}

# Run a command as a person, as if they had typed it beside start.py.
as_person() {
    local person="$1" theirs
    theirs="$(getent passwd "$person" | cut -d: -f6)"
    (cd "$SOURCE" && runuser -u "$person" -- env HOME="$theirs" "${@:2}")
}

# Run one of PostgreSQL's programs on a person's own ledger: PERSON HOME PROGRAM OPTION...
ask_embedded() {
    # shellcheck disable=SC2016
    as_person "$1" env DATABASE_URL= EVERHEARD_HOME="$2" bash -ec '
        command="$(python3 start.py psql --print)"
        eval "words=($command)"
        exec "${words[0]%psql}$1" "${@:2}" --dbname="${words[1]}"' ask "${@:3}"
}

# The rows alone, for the tables are there, as this code makes them on every PostgreSQL. One
# transaction, which ends only where the other side has told everything.
carry_ledger() {
    local person="$1" home="$2" count complaints
    if as_postgres psql -Atqc 'select 1 from warehouse.dim_listener limit 1' everheard | grep -q 1
    then
        say "the database here holds a ledger already; the one in $home was left as it is"
        return
    fi
    say "carrying over the ledger in $home"
    complaints="$(mktemp)"
    {
        cat <<'SQL'
begin;
set session_replication_role = replica;
select format('truncate table %s', string_agg(format('%I.%I', schemaname, tablename), ', '))
from pg_tables where schemaname = 'warehouse' \gexec
SQL
        # What only a newer PostgreSQL or psql knows, and what stands before the first row.
        ask_embedded "$person" "$home" pg_dump --data-only --schema=warehouse 2>"$complaints" |
            sed -e '1,/^SET client_min_messages/{/^SET transaction_timeout/d;/^\\restrict /d}' \
                -e '/^\\unrestrict /d' &&
            echo 'commit;'
    } | as_postgres psql -q --set=ON_ERROR_STOP=1 --output=/dev/null everheard || {
        cat "$complaints" >&2
        fail "the ledger in $home could not be carried over, and is as it was: see above"
    }
    rm -f "$complaints"
    as_postgres psql -qc 'analyze' everheard
    count="$(as_postgres psql -Atqc 'select count(*) from warehouse.fact_play' everheard)"
    say "carried over: $count plays; what is in $home stays there until you remove it"
}

# PostgreSQL knows who asks by the system's own users: no password, nothing on the network.
let_in() {
    case "$1" in postgres | everheard | UNKNOWN) return ;; esac
    as_postgres psql -q --set=ON_ERROR_STOP=1 --set=person="$1" everheard <<'SQL'
set client_min_messages = warning;
select format('create role %I login', :'person')
where to_regrole(quote_ident(:'person')) is null \gexec
grant everheard to :"person";
alter role :"person" in database everheard set role to everheard;
SQL
}

# Put the address into the person's own settings, as them; the one so far stays as a comment.
name_ledger() {
    local before
    before="$(read_setting DATABASE_URL "$SOURCE/.env")"
    if [ "$before" = "$LOCAL_URL" ]; then return; fi
    # shellcheck disable=SC2016
    as_person "$1" bash -ec '
        sed -i --follow-symlinks "s/^\(DATABASE_URL=.\)/# until pi\/install.sh: \1/;/^DATABASE_URL=/d" .env
        if [ -n "$(tail -c 1 .env)" ]; then echo >>.env; fi
        printf "DATABASE_URL='\''%s'\''\n" "$1" >>.env' name "$LOCAL_URL"
    say "$SOURCE/.env names the same ledger now: what you type here and the service have one"
    if [ -d "$2/postgres/data" ]; then
        as_person "$1" env EVERHEARD_HOME="$2" python3 start.py stop >/dev/null
    fi
}
