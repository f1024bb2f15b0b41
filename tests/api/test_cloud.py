"""The configurations that docs/cloud.md prints, run as they are by the proxies they are for.

The name, the ports and the certificate are the test's own; nothing else is changed.
"""

from __future__ import annotations

import re
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest
import urllib3
from playwright.sync_api import Browser, expect
from psycopg2.extensions import connection as Connection

from everheard.ledger.operations.tokens import insert_entry
from tests.api.test_entry import CAN_RATE
from tests.api.test_proxies import NGINX, running
from tests.repository.project import read

PAGE = read("docs/cloud.md")
NAME = "music.localhost"  # browsers find it on this machine
#: What Caddy is told beside the page: ports that the test may use, and certificates of its own.
CADDY_OPTIONS = """
{{
    admin off
    https_port {port}
    http_port {plain}
    local_certs
    skip_install_trust
}}
"""


class Site(NamedTuple):
    """Where the proxy answers: its address, and its ports for https and http."""

    address: str
    port: int
    plain: int


def read_block(language: str) -> str:
    (block,) = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return block.replace("music.example.org", NAME)


def lend_ports() -> tuple[int, int]:
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(2)]
        port, plain = (probe.getsockname()[1] for probe in probes)
        return port, plain


def write_nginx(folder: Path, upstream: str, port: int, plain: int) -> str:
    live = folder / "live"
    live.mkdir()
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={NAME}"]
    files = ["-keyout", str(live / "privkey.pem"), "-out", str(live / "fullchain.pem")]
    subprocess.run([*make, *files], check=True, capture_output=True)
    block = read_block("nginx").replace(f"/etc/letsencrypt/live/{NAME}", str(live))
    block = block.replace("listen 80;", f"listen 127.0.0.1:{plain};")
    block = block.replace("listen 443 ssl", f"listen 127.0.0.1:{port} ssl")
    assert str(port) in block
    around = NGINX[: NGINX.index("    server {")].format(folder=folder)
    return around + block.replace("127.0.0.1:8898", upstream) + "}\n"


def write_caddy(folder: Path, upstream: str, port: int, plain: int) -> str:
    block = read_block("caddy").replace("127.0.0.1:8898", upstream)
    return CADDY_OPTIONS.format(port=port, plain=plain) + block


@pytest.fixture(params=["nginx", "caddy"])
def site(request: pytest.FixtureRequest, served: str, tmp_path: Path) -> Iterator[Site]:
    """Put a proxy of the page before the API that ships."""
    port, plain = lend_ports()
    write = {"nginx": write_nginx, "caddy": write_caddy}[request.param]
    file = tmp_path / "proxy.conf"
    file.write_text(write(tmp_path, urlsplit(served).netloc, port, plain))
    with running(request.param, file, port):
        yield Site(f"https://{NAME}:{port}", port, plain)


def ask(site: Site, path: str, **headers: str) -> urllib3.BaseHTTPResponse:
    """Ask over https; who signed the certificate is another's matter."""
    pool = urllib3.HTTPSConnectionPool(
        "127.0.0.1", site.port, server_hostname=NAME, assert_hostname=False, cert_reqs="CERT_NONE"
    )
    with pytest.warns(urllib3.exceptions.InsecureRequestWarning):
        return pool.request("GET", path, headers={"Host": f"{NAME}:{site.port}", **headers})


def test_nothing_is_open_but_health_and_programs_send_a_token(
    site: Site, ledger: Connection, make_token: Callable[..., dict[str, str]]
) -> None:
    assert ask(site, "/health").json() == {"status": "ok"}
    assert [ask(site, path).status for path in ("/", "/dashboard/", "/ratings")] == [401] * 3
    assert ask(site, "/", **make_token()).status == 200


def test_plain_http_is_sent_to_https(site: Site, ledger: Connection) -> None:
    pool = urllib3.HTTPConnectionPool("127.0.0.1", site.plain)
    answer = pool.request("GET", "/dashboard/", headers={"Host": NAME}, redirect=False)
    assert answer.status in {301, 308}
    assert answer.headers["Location"].startswith(f"https://{NAME}")


def test_browser_enters_by_its_link(site: Site, browser: Browser, ledger: Connection) -> None:
    context = browser.new_context(ignore_https_errors=True)
    page = context.new_page()
    page.goto(f"{site.address}/enter#{insert_entry(ledger, listener=None)}")
    page.wait_for_url(f"{site.address}/dashboard/")
    expect(page.locator("body")).to_contain_text("Ana")
    assert page.evaluate(CAN_RATE) == 201
    context.close()
