"""A file is told by what it holds, whatever it is called, and by its name where that says more."""

from __future__ import annotations

import pytest

from everheard.sources.spotify_export.recognise import recognise

EXTENDED = b'[{"ts": "2026-01-01T00:00:00Z", "ms_played": 1}]'
MUSIC = b'[{"endTime": "2026-01-01 10:00", "artistName": "a", "trackName": "b", "msPlayed": 1}]'
PODCAST = (
    b'[{"endTime": "2026-01-01 10:00", "podcastName": "a", "episodeName": "b", "msPlayed": 1}]'
)
TAR = b"a" + b"\0" * 256 + b"ustar" + b"\0" * 300
PAGE = b"\xef\xbb\xbf\r\n<!DOCTYPE html><html><head><title>Log in"


@pytest.mark.parametrize(
    ("name", "head", "kind"),
    [
        ("Streaming_History_Audio_2014-2016_10.json", b"[", "audio"),
        ("Streaming_History_Audio_2020_1 (1).json", b"[", "audio"),
        ("Streaming_History_Video_2018.json", b"[", "video"),
        ("endsong_3.json", b"[", "audio"),
        ("endvideo.json", b"[", "video"),
        ("anything.json", EXTENDED, "audio"),
        ("Streaming_History_Video_2018.json.txt", EXTENDED, "video"),
        ("anything", EXTENDED, "audio"),
        ("notes.txt", b"\xef\xbb\xbf" + EXTENDED, "audio"),
        ("notes.txt", EXTENDED.decode().encode("utf-16"), "audio"),
        ("notes.txt", EXTENDED.decode().encode("utf-16-le"), "audio"),
        ("notes.txt", EXTENDED.decode().encode("utf-16-be"), "audio"),
        ("my_spotify_data.zip", b"PK\x03\x04", "zip"),
        ("my_spotify_data.zip (1)", b"PK\x03\x04", "zip"),
        ("my_spotify_data.zip", b"no zip", "zip"),
        ("Streaming_History_Audio_2020_1.json", b"PK\x03\x04", "zip"),
        ("x", TAR, "tar"),
        ("x.json.gz", b"\x1f\x8b\x08", "packed"),
        ("x.bz2", b"BZh9", "packed"),
        ("x.xz", b"\xfd7zXZ\x00", "packed"),
        ("x.zst", b"\x28\xb5\x2f\xfd", "packed"),
    ],
)
def test_what_holds_or_wraps_a_history_is_known(name: str, head: bytes, kind: str) -> None:
    assert recognise(name, head).kind == kind


@pytest.mark.parametrize(
    ("name", "head", "telling", "cure"),
    [
        ("x.7z", b"7z\xbc\xaf\x27\x1c", "7z archive", "unpack it"),
        ("x.rar", b"Rar!\x1a\x07\x01", "RAR archive", "unpack it"),
        ("x.json", b"Rar!\x1a\x07\x01", "RAR archive", "unpack it"),
        ("x.cab", b"MSCF\0\0\0\0", "Windows cabinet", "unpack it"),
        ("x.zip.001", b"\x00\x01", "part of a split archive", "unpack it"),
        ("x.z01", b"PK\x07\x08", "part of a split zip", "unpack it"),
        ("x.cpgz", b"070707", "cpio", "unpack it"),
        (".my_spotify_data.zip.icloud", b"bplist00", "placeholder", "download it"),
        ("my_spotify_data.zip.nextcloud", b" ", "placeholder", "download it"),
        ("my_spotify_data.zip", b"", "empty", "cloud"),
        ("endsong_0.json", b"", "empty", "cloud"),
        ("endsong_0.json", b"\0" * 900, "zeros", "download it again"),
        ("Unconfirmed 7.crdownload", b"\x02\x03", "did not finish", "let the download"),
        ("my_spotify_data.zip.part", b"", "did not finish", "let the download"),
        ("my_spotify_data.zip.download/my_spotify_data.zip", b"", "did not finish", "let the"),
        ("my_spotify_data.zip", PAGE, "web page", "download it again"),
        ("Streaming_History_Audio_2020_1.json", PAGE, "web page", "download it again"),
        ("my_spotify_data.zip", b"<html>Please sign in", "web page", "download it again"),
        ("endsong_0.json", b"{\\rtf1 [", "word processor", "made from"),
        ("history.csv", b'"ts","platform","ms_played"\n', "table", ".json"),
        ("x.zip.gpg", b"-----BEGIN PGP MESSAGE-----", "encrypted", "decrypt it"),
    ],
)
def test_what_may_hold_a_history_is_told_with_its_cure(
    name: str, head: bytes, telling: str, cure: str
) -> None:
    what = recognise(name, head)
    assert what.kind == "stuck"
    assert telling in what.refusal
    assert cure in what.refusal
    assert "ask Spotify" not in what.refusal


@pytest.mark.parametrize(
    ("name", "head", "kind", "telling"),
    [
        ("StreamingHistory0.json", b"[]", "account", "the short form of the history"),
        ("StreamingHistory_music_1.json", MUSIC, "account", "(music)"),
        ("StreamingHistory_podcast_0.json", PODCAST, "account", "(podcasts)"),
        ("renamed.json", PODCAST, "account", "(podcasts)"),
        ("endsong_0.json", MUSIC, "account", "(music)"),
        ("Userdata.json", b"{}", "account", "who you are"),
        ("Playlist1.json", b"{}", "account", "your playlists"),
        ("YourLibrary.json", b"{}", "account", "your library"),
        ("SearchQueries.json", b"[]", "account", "searched for"),
        ("Wrapped2025.json", b"{}", "account", "your Wrapped"),
        ("Read_Me_First.pdf", b"%PDF", "other", "a PDF"),
        ("cover.json", b"\xff\xd8\xff", "other", "a picture"),
        ("._Streaming_History_Audio_2014.json", b"", "other", "macOS's notes on a file"),
        ("page.html", PAGE, "other", "a web page"),
        ("notes.txt", b"milk", "other", "a .txt file that is no history"),
        ("notes", b"milk", "other", "no history"),
        (".DS_Store", b"\x00\x00\x00\x01", "other", "no history"),
        ("empty.txt", b"", "other", "empty"),
    ],
)
def test_what_is_no_history_is_told_as_what_it_is(
    name: str, head: bytes, kind: str, telling: str
) -> None:
    what = recognise(name, head)
    assert (what.kind, telling in what.telling) == (kind, True), what
