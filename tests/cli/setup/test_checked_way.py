"""Who answers at the address that setup is given, by a pooler's real TLS."""

from __future__ import annotations

import io
import ipaddress
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import certifi
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from cli.doctor import check_way
from cli.env_file import write_settings
from cli.setup.database import choose_database
from everheard.config import read_settings
from everheard.database.connect import connect
from tests.postgres import Server, start_pooler

pytestmark = pytest.mark.posix


def write_certificate(path: Path) -> Path:
    """Write a certificate of 127.0.0.1 that is its own root, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a database of the test's")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_certificate(tmp_path_factory.mktemp("tls") / "database's own.pem")


@pytest.fixture(scope="module")
def through(
    postgres_server: Server, scratch: Path, certificate: Path
) -> Iterator[Callable[[str], str]]:
    with start_pooler(postgres_server, scratch / "tls", certificate=certificate) as through_pooler:
        yield through_pooler


@pytest.fixture
def choose(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """Give setup an address; return the one that it keeps."""
    env_file = tmp_path / ".env"
    monkeypatch.setitem(read_settings.__kwdefaults__, "env_file", env_file)
    monkeypatch.delenv("DATABASE_URL")
    write_settings(env_file, {"EVERHEARD_HOME": str(tmp_path)})

    def type_address(url: str) -> str:
        monkeypatch.setattr(sys, "stdin", io.StringIO(f"{url}\n"))
        choose_database(read_settings(needs_spotify=False))
        return read_settings(needs_spotify=False).database_url

    return type_address


@pytest.mark.parametrize(
    "given",
    [
        "",
        "?sslmode=require",
        "?sslmode=prefer&connect_timeout=9",
        "?sslmode=require&passfile=/tmp/my%20files/pass",
    ],
)
def test_server_that_can_show_who_it_is_has_to(
    through: Callable[[str], str],
    choose: Callable[[str], str],
    empty_database_url: str,
    certificate: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    given: str,
) -> None:
    monkeypatch.setattr(certifi, "where", lambda: str(certificate))
    kept = choose(through(empty_database_url) + given)
    asked = urlsplit(kept).query.split("&")
    assert "sslmode=verify-full" in asked
    assert len([one for one in asked if one.startswith("sslmode")]) == 1
    assert ("connect_timeout=9" in asked) is ("connect_timeout" in given)
    assert "sslrootcert" not in kept  # another machine has its roots elsewhere
    assert "has shown who it is" in capsys.readouterr().out
    with connect(read_settings(needs_spotify=False), application="test") as connection:
        (tls,) = [one for one in check_way(kept, connection) if one.name == "TLS"]
    assert "has shown who it is" in tls.says


def test_server_with_a_certificate_of_its_own_is_kept_and_said(
    through: Callable[[str], str],
    choose: Callable[[str], str],
    empty_database_url: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    given = through(empty_database_url) + "?sslmode=require"
    assert choose(given) == given
    assert "nobody checks who answers: docs/setup.md, 'Who answers'" in capsys.readouterr().out


def test_server_under_another_name_is_not_believed(
    through: Callable[[str], str],
    choose: Callable[[str], str],
    empty_database_url: str,
    certificate: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(certifi, "where", lambda: str(certificate))
    parts = urlsplit(through(empty_database_url))
    given = urlunsplit(parts._replace(netloc=parts.netloc.replace("127.0.0.1", "localhost")))
    assert choose(given) == given


def test_way_without_encryption_stays_as_it_is(
    choose: Callable[[str], str], empty_database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert choose(empty_database_url) == empty_database_url
    assert "who" not in capsys.readouterr().out
