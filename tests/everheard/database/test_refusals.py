"""Each refusal has its true sentence and its cure, whatever the server's language and encoding."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import psycopg2
import pytest

from everheard.config import read_settings
from everheard.database import connect as module
from everheard.database.connect import connect, explain, find_database_url
from everheard.database.refusals import explain_connection, quote_first_line, read_words
from everheard.failure import ConfigurationError, DatabaseTrouble
from everheard.rims.secrets import know
from migrate.upgrade import upgrade
from tests.refusing_server import Refusal, refusing

GERMAN = "Passwort-Authentifizierung für Benutzer »ada« fehlgeschlagen"
FRENCH = "authentification par mot de passe échouée pour l'utilisateur « ada »"
JAPANESE = 'ユーザー"ada"のパスワード認証に失敗しました'
PASSWORD = "refuses the user or password"


@pytest.fixture(autouse=True)
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Count the waits between attempts instead of sitting them out."""
    taken: list[float] = []
    monkeypatch.setattr(module.time, "sleep", taken.append)
    return taken


def fail(url: str, tmp_path: Path) -> str:
    settings = read_settings(
        {"DATABASE_URL": url, "EVERHEARD_HOME": str(tmp_path)},
        env_file=tmp_path / "no.env",
        needs_spotify=False,
    )
    with pytest.raises(DatabaseTrouble) as caught:
        connect(settings, application="test")
    with pytest.raises(DatabaseTrouble, match="cannot be reached"):
        upgrade(settings)
    said = str(caught.value)
    assert "ada" not in said
    assert "pass-word" not in said
    assert caught.value.__suppress_context__
    return said


REFUSALS = [
    (Refusal(GERMAN), PASSWORD),
    (Refusal(GERMAN, encoding="cp1252"), PASSWORD),
    (Refusal(FRENCH), PASSWORD),
    (Refusal(FRENCH, encoding="latin-1"), PASSWORD),
    (Refusal(JAPANESE, encoding="cp932"), PASSWORD),
    (Refusal(JAPANESE, encoding="euc_jp"), PASSWORD),
    (Refusal('пользователь "ada" не прошёл проверку подлинности (по паролю)'), PASSWORD),
    (Refusal("Datenbank »music« existiert nicht", "3D000", "cp1252"), "is not there"),
    (Refusal("Tenant or user not found", "XX000"), "postgres and the project's reference"),
    (Refusal("(ENOTFOUND) tenant/user postgres.abcd not found", "XX000"), "ROLE.REF"),
    (
        Refusal(
            "Your account or project has exceeded the compute time quota. Upgrade your plan to"
            " increase limits.",
            "XX000",
            severity="ERROR",
        ),
        "quota is used up",
    ),
    (Refusal("Your project has exceeded the data transfer quota.", "XX000"), "quota is used up"),
    (
        Refusal(
            "MaxClientsInSessionMode: max clients reached - in Session mode max clients are"
            " limited to pool_size",
            "XX000",
        ),
        "no connection left",
    ),
    (
        Refusal("remaining connection slots are reserved for roles with the SUPERUSER attribute"),
        "no connection left",
    ),
    (Refusal("no more connections allowed (max_client_conn)", "08P01"), "no connection left"),
    (Refusal("the database system is starting up", "57P03"), "starting up"),
    (Refusal("server login failed: FATAL password authentication failed"), "pooler"),
    (Refusal('unheard of trouble with "ada" at 10.0.0.7 for postgres.abcdefghijkl'), "says"),
]


@pytest.mark.parametrize(
    ("refusal", "words"),
    REFUSALS,
    ids=[f"{one.message[:30]} {one.encoding}" for one, _ in REFUSALS],
)
def test_refusal_has_its_sentence(refusal: Refusal, words: str, tmp_path: Path) -> None:
    with refusing(refusal) as url:
        assert words in fail(url, tmp_path)


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "cp932"])
def test_refused_password_is_told_at_once_in_any_language(
    naps: list[float], encoding: str, tmp_path: Path
) -> None:
    with refusing(Refusal(JAPANESE if encoding == "cp932" else GERMAN, encoding=encoding)) as url:
        fail(url, tmp_path)
    assert naps == []


def test_pooler_without_a_connection_is_tried_again(naps: list[float], tmp_path: Path) -> None:
    with refusing(Refusal("sorry, too many clients already", "53300")) as url:
        fail(url, tmp_path)
    assert len(naps) == 2


def test_unknown_refusal_is_told_in_the_servers_words_without_names(tmp_path: Path) -> None:
    words = 'unheard of trouble with "ada" at 10.0.0.7:5432 (db.abc.example.com) role.ref'
    with refusing(Refusal(words)) as url:
        said = fail(url, tmp_path)
    assert said == (
        "The database cannot be reached: it says 'unheard of trouble with … at … (…) …'."
    )


def test_first_line_of_many_is_the_servers() -> None:
    said = quote_first_line(
        'connection to server at "db.example.com" (1.2.3.4), port 5432 failed: FATAL:  l\'heure'
        " n'est pas venue\nconnection to server at … failed: FATAL:  again"
    )
    assert said == "l'heure n'est pas venue"


HOST = 'could not translate host name "{}" to address: {}'
UNREACHED = 'connection to server at "{}" (2a05:d014::1), port 5432 failed: Network is unreachable'


@pytest.mark.parametrize(
    ("said", "cure"),
    [
        (HOST.format("database", "Name or service not known"), "docker compose up -d"),
        (HOST.format("database", "Temporary failure in name resolution"), "docker compose up -d"),
        (HOST.format("db.example.com", "Temporary failure in name resolution"), "online"),
        (HOST.format("db.exmaple.com", "Name or service not known"), "spelling"),
        (HOST.format("db.abcd.supabase.co", "No address associated"), "IPv6 only"),
        (UNREACHED.format("db.abcd.supabase.co"), "pooler, whose user is postgres.REF"),
        (UNREACHED.format("db.example.com"), "IPv6"),
        (HOST.format("pg-1-x.aivencloud.com", "Name or service not known"), "Aiven's console"),
        # A name may hold any words: it is no cause.
        ('connection to server at "ssl.quota.io" (::1) failed: Connection refused', "answers"),
    ],
)
def test_host_that_is_not_reached_has_its_cure(said: str, cure: str) -> None:
    told = str(explain(psycopg2.OperationalError(said)))
    assert cure in told
    assert "abcd" not in told


SERVER = 'connection to server at "db.example.com" (1.2.3.4), port 5432 failed: '
IN_OTHER_WORDS = {
    "FATAL:  zu viele Verbindungen für Rolle »ada«": "no connection left",
    "FATAL:  désolé, trop de clients sont déjà connectés": "no connection left",
    "FATAL:  すみません、クライアント数が多すぎます": "no connection left",
    "FATAL:  lo siento, ya tenemos demasiados clientes": "no connection left",
    "FATAL:  (ECHECKOUTTIMEOUT) unable to check out connection from the pool": "no connection left",
    "FATAL:  das Datenbanksystem startet": "starting up",
    "FATAL:  das Datenbanksystem fährt herunter": "shutting down",
    "FATAL:  le système de bases de données se lance": "starting up",
    "FATAL:  データベースシステムは起動しています": "starting up",
    "FATAL:  the database system is in recovery mode": "starting up",
    "FATAL:  kein pg_hba.conf-Eintrag für Host »1.2.3.4«, Benutzer »ada«": "sslmode=require",
    "FATAL:  Rolle »ada« existiert nicht": "is not there",
    "FATAL:  Peer-Authentifizierung für Benutzer »ada« fehlgeschlagen": PASSWORD,
    "FATAL:  Benutzer »ada« darf nicht einloggen": PASSWORD,
    "FATAL:  falló la autentificación password para el usuario «ada»": PASSWORD,
    "FATAL:  (ECIRCUITBREAKER) too many authentication failures": "some minutes",
    "ERROR:  The endpoint has been disabled. Enable it and retry.": "switched it off",
    "ERROR:  Couldn't connect to compute node": "the next run tries again",
    "FATAL:  SSL connection is required. Please specify SSL options": "put sslmode=require",
    "ERROR:  connection is insecure (try using `sslmode=require`)": "put sslmode=require",
    "Der Zielcomputer verweigerte die Verbindung (0x0000274D/10061)": "nothing answers",
    "certificate authority is not known": "TLS connection failed",
}


@pytest.mark.parametrize("said", IN_OTHER_WORDS)
def test_cause_is_known_by_the_words_of_many_servers(said: str) -> None:
    told = str(explain(psycopg2.OperationalError(SERVER + said)))
    assert IN_OTHER_WORDS[said] in told
    assert "ada" not in told


def test_table_whose_name_holds_the_word_of_a_cause_is_none() -> None:
    class Denied(psycopg2.Error):
        pgcode = "42501"
        diag = SimpleNamespace(message_primary="permission denied for table etl_quota_call")

    assert "lacks the right" in str(explain(Denied()))


def test_compose_host_that_is_down_is_told_by_the_resolver(tmp_path: Path) -> None:
    assert "compose" in fail("postgresql://ada:pass-word@everheard-database/music", tmp_path)


@pytest.mark.parametrize("password", ["p@ss", "p/ss", "p#ss", "p%ss", "12/3@4", "p@ss@word", "?p"])
def test_raw_special_character_in_the_password_is_named(password: str, tmp_path: Path) -> None:
    url = f"postgresql://ada:{password}@db.example.com/music"
    with pytest.raises(ConfigurationError) as caught:
        connect(
            read_settings({"DATABASE_URL": url}, env_file=tmp_path / "no", needs_spotify=False),
            application="test",
        )
    assert "%-encoding" in str(caught.value) or "question mark" in str(caught.value)
    assert password not in str(caught.value)


@pytest.mark.parametrize("place", ["postgresql://u:{}@127.0.0.1:1/d", "postgresql://{}:p@127.0.0.1:1/d",
                                   "postgresql://u@127.0.0.1:1/d?password={}"])  # fmt: skip
def test_password_that_is_percent_encoded_in_another_way_is_told_of_and_not_shown(
    place: str, tmp_path: Path
) -> None:
    """The driver's own error holds it in clear."""
    url = place.format("Geheimnis%FCber12345")
    with pytest.raises(ConfigurationError, match="DATABASE_URL cannot be read") as refused:
        connect(
            read_settings({"DATABASE_URL": url}, env_file=tmp_path / "no", needs_spotify=False),
            application="test",
        )
    assert "Geheimnis" not in str(refused.value)


def test_secret_is_hidden_before_a_long_sentence_is_cut() -> None:
    know("Geheimnis12345678!abc")
    said = explain_connection("FATAL:  " + "verily " * 21 + "Geheimnis12345678!abc is wrong")
    assert "Geheimnis" not in said


@pytest.mark.parametrize("trouble", [RuntimeError("no home"), PermissionError("not yours")])
def test_user_without_a_home_is_served_all_the_same(
    monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    settings = read_settings(
        {"DATABASE_URL": "postgresql://u:p@db.example/d?sslmode=verify-full"}, needs_spotify=False
    )

    def refuse() -> Path:
        raise trouble

    monkeypatch.setattr(Path, "home", refuse)
    assert "&sslrootcert=" in find_database_url(settings)


def test_text_that_is_no_utf8_is_read_as_what_it_is() -> None:
    for text, encoding in ((GERMAN, "cp1252"), (FRENCH, "latin-1"), (JAPANESE, "cp932")):
        raw = text.encode(encoding)
        assert read_words(UnicodeDecodeError("utf-8", raw, 0, 1, "no")) == text


def test_other_text_that_is_no_utf8_is_no_trouble_of_the_database() -> None:
    with pytest.raises(UnicodeDecodeError), module.translate_errors():
        b"\xff".decode()
