#!/usr/bin/env bash
# Run once by the image of PostgreSQL, while it fills an empty volume. The ledger gets a role of
# its own that is no superuser; the superuser is left without a password, so that nobody comes in
# as such but through the container itself: docker compose exec database psql -U postgres
set -euo pipefail
# The collation is PostgreSQL's own: a newer image with another C library changes no index.
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<'SQL'
\getenv password POSTGRES_PASSWORD
create role everheard login createrole password :'password';
create database everheard owner everheard template template0 encoding 'UTF8'
locale_provider builtin builtin_locale 'C.UTF-8' lc_collate 'C' lc_ctype 'C';
alter role current_user password null;
SQL
