"""The API over the network: many at once, and everything its document promises."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests
from psycopg2.extensions import connection as Connection

from tests.long_form import lengthen


def test_posts_at_once_lose_nothing_and_double_nothing(
    served: str, ledger: Connection, make_token: Callable[..., dict[str, str]]
) -> None:
    token = make_token()
    requests.get(served, headers=token, timeout=60).raise_for_status()
    clients, posts = 50, 20

    def post(client: int) -> list[int]:
        with requests.Session() as session:
            return [
                session.post(
                    f"{served}/rank",
                    json={"album": f"Album {number % 10}", "rating": (client + number) % 101},
                    headers=token,
                    timeout=60,
                ).status_code
                for number in range(posts)
            ]

    with ThreadPoolExecutor(clients) as pool:
        codes = Counter(code for codes in pool.map(post, range(clients)) for code in codes)
    assert codes == {201: clients * posts}
    with ledger.cursor() as cursor:
        cursor.execute("select count(*) from warehouse.fact_album_rating")
        assert cursor.fetchone() == (clients * posts,)
        cursor.execute("select count(*) from warehouse.dim_album where name like 'Album %'")
        assert cursor.fetchone() == (10,)
    rows = requests.get(f"{served}/rankings", headers=token, timeout=60).json()
    assert [row["num_ratings"] for row in rows] == [1] * 10


def test_schemathesis_finds_nothing(
    served: str, make_token: Callable[..., dict[str, str]], tmp_path: Path
) -> None:
    (token,) = make_token().values()
    done = subprocess.run(
        [
            Path(sys.executable).with_name("schemathesis"),
            "run",
            f"{served}/openapi/openapi.json",
            "--checks=all",
            f"--header=Authorization: {token}",
            f"--max-examples={lengthen(5)}",
            "--seed=6",
            "--no-color",
        ],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert "12 passed" in done.stdout
