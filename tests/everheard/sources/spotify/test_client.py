from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from everheard.sources.http import Sender
from everheard.sources.spotify.client import SpotifyClient
from everheard.sources.spotify.errors import (
    BadRequest,
    NonsenseAnswer,
    NotAvailable,
    QuotaSpent,
    RateLimited,
    SignInNeeded,
    TryLater,
    Unavailable,
)
from tests.everheard.sources.conftest import FixedToken, MakeSender
from tests.everheard.sources.scripted_server import (
    Reply,
    ScriptedServer,
    as_json,
    quota_spent,
    refusal,
    token_answer,
)

Ask = Callable[[SpotifyClient], Any]
ID = "4uLU6hMCjMI75M1A2tKUQC"

PAGE: dict[str, Any] = {"items": [{"id": "a"}], "next": None}

ENDPOINTS = [
    # ask, path, query, what the server answers, bucket
    (lambda c: c.fetch_me(), "/me", {}, {"id": "x"}, "me"),
    (
        lambda c: c.fetch_recently_played(),
        "/me/player/recently-played",
        {"limit": ["50"]},
        PAGE,
        "recently-played",
    ),
    (
        lambda c: c.fetch_currently_playing(),
        "/me/player/currently-playing",
        {"additional_types": ["track,episode"]},
        {"item": None},
        "currently-playing",
    ),
    (lambda c: c.fetch_track(ID), f"/tracks/{ID}", {}, {"id": ID}, "tracks"),
    (lambda c: c.fetch_album(ID), f"/albums/{ID}", {}, {"id": ID}, "albums"),
    (lambda c: c.fetch_artist(ID), f"/artists/{ID}", {}, {"id": ID}, "artists"),
    (
        lambda c: next(c.fetch_album_tracks(ID, offset=50)),
        f"/albums/{ID}/tracks",
        {"limit": ["50"], "offset": ["50"]},
        PAGE,
        "album-tracks",
    ),
    (
        lambda c: c.fetch_artist_albums(ID),
        f"/artists/{ID}/albums",
        {"include_groups": ["album,single"], "limit": ["10"]},
        PAGE,
        "artist-albums",
    ),
    (
        lambda c: next(c.fetch_followed_artists()),
        "/me/following",
        {"type": ["artist"], "limit": ["50"]},
        {"artists": PAGE},
        "followed-artists",
    ),
    (
        lambda c: c.fetch_search("tag:new", "album"),
        "/search",
        {"q": ["tag:new"], "type": ["album"], "limit": ["10"]},
        {"albums": PAGE},
        "search",
    ),
    (
        lambda c: c.fetch_tracks(["a", "b"]),
        "/tracks",
        {"ids": ["a,b"]},
        {"tracks": [{"id": "a"}, None]},
        "several-tracks",
    ),
    (
        lambda c: c.fetch_artists(["a"]),
        "/artists",
        {"ids": ["a"]},
        {"artists": [{"id": "a"}]},
        "several-artists",
    ),
    (
        lambda c: next(c.fetch_new_releases()),
        "/browse/new-releases",
        {"limit": ["50"]},
        {"albums": PAGE},
        "new-releases",
    ),
]
IDS = [case[4] for case in ENDPOINTS]


@pytest.mark.parametrize(("ask", "path", "query", "content", "bucket"), ENDPOINTS, ids=IDS)
def test_each_question_is_one_call_with_the_token(
    ask: Ask,
    path: str,
    query: dict[str, list[str]],
    content: dict[str, Any],
    bucket: str,
    server: ScriptedServer,
    client: SpotifyClient,
) -> None:
    server.will_answer(as_json(content))

    fetched = ask(client)

    asked = server.requests[0]
    assert (asked.method, asked.path, asked.query) == ("GET", f"/v1{path}", query)
    assert asked.headers["authorization"] == "Bearer access-0"
    assert fetched in (content, *content.values())
    assert client.call_count == 1


@pytest.mark.parametrize(("ask", "path", "query", "content", "bucket"), ENDPOINTS, ids=IDS)
def test_spent_quota_names_the_bucket(
    ask: Ask,
    path: str,
    query: object,
    content: object,
    bucket: str,
    server: ScriptedServer,
    client: SpotifyClient,
) -> None:
    server.will_answer(quota_spent(Retry_After="72000"))

    with pytest.raises(QuotaSpent) as caught:
        ask(client)

    assert caught.value.bucket == bucket
    assert client.call_count == 1


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"null", b'{"cut":'])
@pytest.mark.parametrize(("ask", "path", "query", "content", "bucket"), ENDPOINTS, ids=IDS)
def test_answer_that_is_no_object_is_nonsense(
    ask: Ask,
    path: str,
    query: object,
    content: object,
    bucket: str,
    body: bytes,
    server: ScriptedServer,
    client: SpotifyClient,
) -> None:
    server.will_answer(Reply(200, body))

    with pytest.raises(NonsenseAnswer, match=f"GET {path}"):
        ask(client)


@pytest.mark.parametrize("items", [None, {}, "text", 7])
def test_recently_played_without_a_list_of_items_is_nonsense(
    items: object, server: ScriptedServer, client: SpotifyClient
) -> None:
    server.will_answer(as_json({"items": items}))

    with pytest.raises(NonsenseAnswer, match="GET /me/player/recently-played"):
        client.fetch_recently_played()


def test_odd_items_are_left_to_the_caller(server: ScriptedServer, client: SpotifyClient) -> None:
    page = {"items": [None, {"track": None}, 7], "next": "http://elsewhere/", "cursors": None}
    server.will_answer(as_json(page))

    assert client.fetch_recently_played() == page


@pytest.mark.parametrize("inner", [None, [], {"items": None}])
def test_search_without_a_page_is_nonsense(
    inner: object, server: ScriptedServer, client: SpotifyClient
) -> None:
    server.will_answer(as_json({"albums": inner}))

    with pytest.raises(NonsenseAnswer):
        client.fetch_search("x", "album")


@pytest.mark.parametrize("found", [None, [], [{"id": "a"}], {"a": 1}])
def test_batch_of_the_wrong_length_is_nonsense(
    found: object, server: ScriptedServer, client: SpotifyClient
) -> None:
    server.will_answer(as_json({"tracks": found}))

    with pytest.raises(NonsenseAnswer):
        client.fetch_tracks(["a", "b"])


def test_nothing_plays_is_none(server: ScriptedServer, client: SpotifyClient) -> None:
    server.will_answer(Reply(204))

    assert client.fetch_currently_playing() is None


@pytest.mark.parametrize("odd_id", ["", "..", "a/b", "a?b", "a b", "%2e", "é", "a\n"])
@pytest.mark.parametrize(
    "ask",
    [
        SpotifyClient.fetch_track,
        SpotifyClient.fetch_album,
        SpotifyClient.fetch_artist,
        SpotifyClient.fetch_album_tracks,
        SpotifyClient.fetch_artist_albums,
        lambda client, odd_id: client.fetch_tracks(["fine", odd_id]),
    ],
)
def test_odd_id_is_refused_without_a_call(
    ask: Callable[[SpotifyClient, str], object],
    odd_id: str,
    server: ScriptedServer,
    client: SpotifyClient,
) -> None:
    with pytest.raises(BadRequest, match="is no Spotify id"):
        ask(client, odd_id)

    assert server.requests == []


def test_stray_401_is_cured_by_one_renewal(
    server: ScriptedServer, client: SpotifyClient, fixed_token: FixedToken
) -> None:
    server.will_answer(refusal(401, "The access token expired"), as_json({"id": "x"}))

    assert client.fetch_me() == {"id": "x"}
    assert fixed_token.renewals == 1
    assert server.requests[1].headers["authorization"] == "Bearer access-1"
    assert client.call_count == 2


def test_401_on_a_fresh_token_is_unavailable(
    server: ScriptedServer, client: SpotifyClient, fixed_token: FixedToken
) -> None:
    server.will_answer(*[refusal(401, "Invalid access token")] * 3)

    with pytest.raises(Unavailable, match="token it had just issued"):
        client.fetch_me()

    assert fixed_token.renewals == 1
    assert len(server.requests) == 2


def test_401_for_want_of_a_scope_names_it(server: ScriptedServer, client: SpotifyClient) -> None:
    server.will_answer(*[refusal(401, "Permissions missing")] * 2)

    with pytest.raises(SignInNeeded, match="user-read-currently-playing"):
        client.fetch_currently_playing()


def test_401_with_a_dead_sign_in_asks_to_sign_in(
    server: ScriptedServer, sender: Sender, token: Any
) -> None:
    server.will_answer(
        token_answer(), refusal(401, "expired"), as_json({"error": "invalid_grant"}, 400)
    )
    client = SpotifyClient(sender, token, server.api_url)

    with pytest.raises(SignInNeeded):
        client.fetch_me()

    assert server.paths == ["/api/token", "/v1/me", "/api/token"]
    assert client.call_count == 1


def test_warm_run_is_two_calls(server: ScriptedServer, sender: Sender, token: Any) -> None:
    server.will_answer(token_answer(), as_json(PAGE))
    client = SpotifyClient(sender, token, server.api_url)

    client.fetch_recently_played()

    assert server.paths == ["/api/token", "/v1/me/player/recently-played"]
    assert client.call_count == 1


def test_call_count_includes_retries_and_failures(
    server: ScriptedServer, make_sender: MakeSender, fixed_token: FixedToken
) -> None:
    client = SpotifyClient(make_sender(attempts=2), fixed_token, server.api_url)
    server.will_answer(Reply(503), as_json({}), Reply(mood="hang_up"), Reply(mood="hang_up"))

    client.fetch_me()
    with pytest.raises(Unavailable):
        client.fetch_me()

    assert client.call_count == len(server.requests) == 4


@pytest.mark.parametrize("status", [403, 404, 410])
def test_removed_endpoint_is_not_available(
    status: int, server: ScriptedServer, client: SpotifyClient
) -> None:
    server.will_answer(*[refusal(status, "No")] * 2)

    with pytest.raises(NotAvailable):
        client.fetch_tracks(["a"])
    with pytest.raises(NotAvailable):
        next(client.fetch_new_releases())


def test_rate_limit_outlasting_the_retries_is_told(
    server: ScriptedServer, client: SpotifyClient
) -> None:
    server.will_answer(*[refusal(429, "API rate limit exceeded")] * 5)

    with pytest.raises(RateLimited) as caught:
        client.fetch_album(ID)

    assert isinstance(caught.value, TryLater)
    assert caught.value.bucket == "albums"
    assert client.call_count == 5


def test_pages_are_followed_to_the_end(server: ScriptedServer, client: SpotifyClient) -> None:
    link = f"{server.api_url}/albums/{ID}/tracks?offset=50&limit=50&market=a%26b"
    server.will_answer(as_json({"items": [1], "next": link}), as_json({"items": [2]}))

    pages = list(client.fetch_album_tracks(ID))

    assert [page["items"] for page in pages] == [[1], [2]]
    assert server.requests[1].path == f"/v1/albums/{ID}/tracks"
    assert server.requests[1].query == {"offset": ["50"], "limit": ["50"], "market": ["a&b"]}


def test_pages_inside_an_object_are_followed(server: ScriptedServer, client: SpotifyClient) -> None:
    link = f"{server.api_url}/me/following?type=artist&after=b"
    server.will_answer(
        as_json({"artists": {"items": [1], "next": link}}), as_json({"artists": {"items": [2]}})
    )

    assert [page["items"] for page in client.fetch_followed_artists()] == [[1], [2]]


def test_pages_are_fetched_only_when_asked_for(
    server: ScriptedServer, client: SpotifyClient
) -> None:
    link = f"{server.api_url}/me/following?after=b"
    server.will_answer(as_json({"artists": {"items": [1], "next": link}}))

    next(client.fetch_followed_artists())

    assert len(server.requests) == 1


def test_empty_page_ends_the_walk_whatever_it_links_to(
    server: ScriptedServer, client: SpotifyClient
) -> None:
    server.will_answer(as_json({"items": [], "next": f"{server.api_url}/albums/x/tracks"}))

    assert len(list(client.fetch_album_tracks(ID))) == 1
    assert len(server.requests) == 1


def test_link_met_before_ends_the_walk(server: ScriptedServer, client: SpotifyClient) -> None:
    page = {"items": [1], "next": f"{server.api_url}/albums/{ID}/tracks?offset=50"}
    server.will_answer(*[as_json(page)] * 9)

    assert len(list(client.fetch_album_tracks(ID))) == 2


@pytest.mark.parametrize(
    "link",
    [
        "http://evil.example/v1/albums/x/tracks",
        "http://127.0.0.1/v1/albums/x/tracks",
        "https://127.0.0.1:{port}/v1/albums/x/tracks",
        "http://localhost:{port}/v1/albums/x/tracks",
        "http://127.0.0.1:{port}@evil.example/v1/albums",
        "http://127.0.0.1:{port}/v2/albums/x/tracks",
        "http://127.0.0.1:{port}/v1x/albums",
        "http://127.0.0.1:{port}/v1/../admin",
        "http://127.0.0.1:{port}/v1/%2e%2e/admin",
        "http://127.0.0.1:{port}/v1\\..\\admin",
        "http://127.0.0.1:99999/v1/albums",
        "http://[/v1/albums",
        "//127.0.0.1:{port}/v1/albums",
        "/v1/albums/x/tracks",
        "text",
        7,
        {"href": "x"},
    ],
)
def test_link_out_of_the_api_is_never_followed(
    link: object, server: ScriptedServer, client: SpotifyClient
) -> None:
    named = link.replace("{port}", str(server.port)) if isinstance(link, str) else link
    server.will_answer(as_json({"items": [1], "next": named}), as_json(PAGE))
    pages = client.fetch_album_tracks(ID)
    next(pages)

    with pytest.raises(NonsenseAnswer, match="was not followed"):
        next(pages)

    assert len(server.requests) == 1


def test_trailing_slash_of_the_address_does_no_harm(
    server: ScriptedServer, sender: Sender, fixed_token: FixedToken
) -> None:
    server.will_answer(as_json({"id": "x"}))

    SpotifyClient(sender, fixed_token, f"{server.api_url}/").fetch_me()

    assert server.paths == ["/v1/me"]


def test_default_port_may_be_written_out(sender: Sender, fixed_token: FixedToken) -> None:
    client = SpotifyClient(sender, fixed_token, "https://api.spotify.example/v1")

    path, params = client._split_link("https://API.spotify.example:443/v1/me?a=1", "/me")

    assert (path, params) == ("/me", {"a": "1"})
