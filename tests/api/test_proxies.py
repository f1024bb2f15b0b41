"""Behind real proxies, as Debian ships them and as people set them up: one line, no headers."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from playwright.sync_api import Browser, expect
from psycopg2.extensions import connection as Connection

from everheard.ledger.operations.tokens import insert_entry
from tests.api.test_entry import CAN_RATE
from tests.conftest import find_program
from tests.runner.test_keep_going import wait_until

NGINX = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ }}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        location / {{ proxy_pass {upstream}; }}
    }}
}}
"""
APACHE = """
ServerRoot {folder}
ServerName music.example
PidFile {folder}/apache.pid
ErrorLog {folder}/error.log
Listen 127.0.0.1:{port}
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule proxy_module /usr/lib/apache2/modules/mod_proxy.so
LoadModule proxy_http_module /usr/lib/apache2/modules/mod_proxy_http.so
ProxyPass / {upstream}/
"""
CADDY = """
{{
    admin off
    auto_https off
}}
http://127.0.0.1:{port}, http://music.example:{port} {{
    bind 127.0.0.1
    reverse_proxy {host} {{
        header_up Host {{upstream_hostport}}
        header_up -X-Forwarded-For
        header_up -X-Forwarded-Proto
        header_up -X-Forwarded-Host
    }}
}}
"""
COMMANDS = {
    "nginx": (NGINX, ["nginx", "-e", "stderr", "-c", "{file}"]),
    "apache2": (APACHE, ["apache2", "-X", "-f", "{file}"]),
    "caddy": (CADDY, ["caddy", "run", "--adapter", "caddyfile", "--config", "{file}"]),
}


@pytest.fixture(params=COMMANDS)
def proxied(request: pytest.FixtureRequest, served: str, tmp_path: Path) -> Iterator[str]:
    """Put a proxy before the API that ships; yield its address."""
    template = COMMANDS[request.param][0]
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    file = tmp_path / "proxy.conf"
    upstream = {"upstream": served, "host": urlsplit(served).netloc}
    file.write_text(template.format(folder=tmp_path, port=port, **upstream))
    with running(request.param, file, port):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def running(proxy: str, file: Path, port: int) -> Iterator[None]:
    """Run a proxy by its configuration as long as it is needed, from when its port answers."""
    command = COMMANDS[proxy][1]
    program = find_program(command[0])
    assert program, f"{command[0]} is missing: apt-get install {command[0]}"
    words = [program, *(word.format(file=file) for word in command[1:])]
    environ = {"HOME": str(file.parent), "PATH": "/usr/sbin:/usr/bin:/bin"}
    with (file.parent / "said").open("w") as said:
        process = subprocess.Popen(words, cwd=file.parent, env=environ, stdout=said, stderr=said)
    try:
        wait_until(lambda: answers(port) or process.poll() is not None)
        assert process.poll() is None, (file.parent / "said").read_text()
        yield
    finally:
        process.terminate()
        process.wait(20)


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_nothing_is_open_behind_a_proxy(proxied: str, ledger: Connection) -> None:
    assert requests.get(f"{proxied}/health", timeout=20).json() == {"status": "ok"}
    for path in ("/", "/ratings", "/rankings", "/search?q=queen", "/dashboard/", "/openapi/"):
        for headers in ({}, {"Host": "127.0.0.1:8898"}, {"Host": "music.example"}):
            answer = requests.get(proxied + path, headers=headers, timeout=20)
            assert "Ana" not in answer.text
            assert answer.status_code in {401, 404} or not answer.content
    rating = {"album": "Blue", "rating": 5}
    assert requests.post(f"{proxied}/rank", json=rating, timeout=20).status_code == 401


def test_listener_enters_behind_a_proxy(
    proxied: str, browser: Browser, ledger: Connection, make_token: Callable[..., dict[str, str]]
) -> None:
    """Though nginx hands on another name than the browser asked for."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{proxied}/enter#{insert_entry(ledger, listener=None)}")
    page.wait_for_url(f"{proxied}/dashboard/")
    expect(page.locator("body")).to_contain_text("Ana")
    assert page.evaluate(CAN_RATE) == 201
    context.close()
    answer = requests.get(f"{proxied}/ratings", headers=make_token(), timeout=20)
    assert [row["album"] for row in answer.json()] == ["Blue"]
