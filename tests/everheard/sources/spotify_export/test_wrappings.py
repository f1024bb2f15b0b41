"""Right data in the wrong wrapping is read, or told with what to do; nobody waits for it again."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from everheard.sources.spotify_export import archive, place
from everheard.sources.spotify_export.files import FoundFiles, find_sources
from everheard.sources.spotify_export.unpack import unpack_all
from tests.everheard.sources.spotify_export.history_files import NAME, make_row, write_file

TEXT = json.dumps([make_row(second) for second in range(30)]).encode()
FOLDER = "Spotify Extended Streaming History"


def make_zip(files: dict[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", packing) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return data.getvalue()


def make_tar(files: dict[str, bytes], mode: str = "w") -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode=mode) as packed:  # type: ignore[call-overload]
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            packed.addfile(member, io.BytesIO(content))
    return data.getvalue()


INNER = make_zip({f"{FOLDER}/{NAME}": TEXT, f"{FOLDER}/endsong_1.json": TEXT})
READ: list[tuple[str, bytes, int]] = [
    ("outer.zip", make_zip({"my_spotify_data.zip": INNER}), 2),
    ("outer.zip", make_zip({"a.zip": make_zip({"b.zip": INNER}), "c.zip": INNER}), 4),
    ("outer.zip", make_zip({"my_spotify_data.zip": INNER}, zipfile.ZIP_BZIP2), 2),
    ("outer.zip", make_zip({"my_spotify_data.zip": INNER}, zipfile.ZIP_LZMA), 2),
    ("outer.zip", make_zip({"my_spotify_data.zip": INNER}, zipfile.ZIP_STORED), 2),
    ("my_spotify_data", INNER, 2),
    ("my_spotify_data.zip.crdownload", INNER, 2),
    ("ahead.exe", b"MZ of a self-extractor" + INNER, 2),
    (f"{NAME}.txt", TEXT, 1),
    (f"{NAME}.gz", gzip.compress(TEXT), 1),
    (f"{NAME}.bz2", bz2.compress(TEXT), 1),
    (f"{NAME}.xz", lzma.compress(TEXT), 1),
    ("x.zip.gz", gzip.compress(INNER), 2),
    ("x.tar", make_tar({"a/1.json": TEXT, "a/2.json": TEXT, f"{'long/' * 40}3.json": TEXT}), 3),
    ("x.tgz", make_tar({"a/1.json": TEXT, "a/2.json": TEXT}, "w:gz"), 2),
    ("x.tar.xz", make_tar({"a/1.json": TEXT, "a/2.json": TEXT}, "w:xz"), 2),
    ("x.zip", make_zip({"x.tar.gz": make_tar({"a/1.json": TEXT}, "w:gz")}), 1),
    ("x.zip", make_zip({"1.json.gz": gzip.compress(TEXT), "2.json.txt": TEXT}), 2),
    ("1.json", TEXT.decode().encode("utf-16"), 1),
    ("1.json", TEXT.decode().encode("utf-16-be"), 1),
]


def find(path: Path) -> FoundFiles:
    return find_sources([str(path)])


@pytest.mark.parametrize(("name", "content", "count"), READ)
def test_history_is_read_out_of_its_wrapping(
    tmp_path: Path, name: str, content: bytes, count: int
) -> None:
    found = find(write_file(tmp_path / "given", content, name))
    assert (found.refusals, len(found.files)) == ([], count)
    folder = tmp_path / "work"
    folder.mkdir()
    readable, _, refusals = unpack_all(found.files, folder)
    assert refusals == []
    assert [path.read_bytes() for path in readable.values()] == [TEXT] * count
    assert {file.source_name for file in found.files} == {name}


def test_two_files_of_one_name_in_a_zip_are_both_read(tmp_path: Path) -> None:
    content = make_zip({"endsong_0.json": TEXT, "endsong_1.json": b"[]"})
    path = write_file(tmp_path, content.replace(b"endsong_1", b"endsong_0"), "x.zip")
    readable, _, _ = unpack_all(find(path).files, tmp_path)
    assert {path.read_bytes() for path in readable.values()} == {TEXT, b"[]"}


def mark_packer(content: bytes, number: int) -> bytes:
    """Return a zip that says of its first file that it is packed by another packer."""
    changed = bytearray(content)
    changed[8:10] = number.to_bytes(2, "little")
    entry = changed.find(b"PK\x01\x02") + 10
    changed[entry : entry + 2] = number.to_bytes(2, "little")
    return bytes(changed)


@pytest.mark.parametrize(("number", "packer"), [(9, "Deflate64"), (95, "xz"), (98, "PPMd")])
def test_packer_that_is_not_opened_is_named_and_the_rest_is_read(
    tmp_path: Path, number: int, packer: str
) -> None:
    found = find(write_file(tmp_path, mark_packer(INNER, number), "my_spotify_data.zip"))
    assert [file.name for file in found.files] == ["endsong_1.json"]
    ((name, reason),) = found.refusals
    assert name == "my_spotify_data.zip"
    assert f"is packed by {packer}" in reason
    assert "import the folder" in reason


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("x.7z", b"7z\xbc\xaf\x27\x1c", "7z archive"),
        ("x.zip", make_zip({"history.rar": b"Rar!\x1a\x07"}), "RAR archive"),
        ("x.zip", b"<!DOCTYPE html><html>", "web page"),
        ("my_spotify_data.zip.crdownload", INNER[:-40], "did not finish"),
        (f"{NAME}.gz", gzip.compress(TEXT)[:-40], "damaged"),
        ("x.tar", b"", "empty"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_cure(
    tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    found = find(write_file(tmp_path, content, name))
    assert found.files == []
    ((_, reason),) = found.refusals
    assert words in reason
    assert "ask Spotify" not in reason


def test_tar_that_was_cut_off_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    whole = make_tar({"1.json": TEXT, "2.json": TEXT})
    found = find(write_file(tmp_path, whole[: len(whole) // 2 - 2000], "x.tar"))
    cut = find(write_file(tmp_path / "cut", whole[: 512 + len(TEXT) + 2000], "spotify.tar"))
    assert len(found.files) + len(cut.files) >= 1
    assert "not a whole tar" in dict([*found.refusals, *cut.refusals])["spotify.tar"]


def test_beside_a_history_only_what_is_named_like_one_is_refused(tmp_path: Path) -> None:
    write_file(tmp_path, TEXT, NAME)
    write_file(tmp_path, b"Rar!\x1a\x07", "holiday.rar")
    write_file(tmp_path, b"Rar!\x1a\x07", "my_spotify_data_2.rar")
    write_file(tmp_path, make_zip({"word/document.xml": b"<?xml ?>"}), "letter.docx")
    found = find(tmp_path)
    assert [file.name for file in found.files] == [NAME]
    assert [name for name, _ in found.refusals] == ["my_spotify_data_2.rar"]
    assert sorted(found.passed_over) == [
        ("holiday.rar", "a RAR archive"),
        ("letter.docx", "a zip without a history"),
    ]


def test_download_that_safari_did_not_finish_is_told(tmp_path: Path) -> None:
    write_file(tmp_path / "x.zip.download", INNER[:300], "x.zip")
    ((name, reason),) = find(tmp_path).refusals
    assert name == "x.zip"
    assert "did not finish" in reason


def test_account_data_is_told_by_what_it_holds(tmp_path: Path) -> None:
    files = {"Playlist1.json": b"{}", "Userdata.json": b"{}", "x.pdf": b"%PDF"}
    ((_, reason),) = find(write_file(tmp_path, make_zip(files), "my_spotify_data.zip")).refusals
    assert "holds account data (your playlists), account data (who you are)" in reason
    assert "ask Spotify for the extended streaming history" in reason


def test_podcasts_of_the_account_data_are_no_history(tmp_path: Path) -> None:
    row = {"endTime": "2026-01-01 10:00", "podcastName": "a", "episodeName": "b", "msPlayed": 1}
    path = write_file(tmp_path, json.dumps([row]), "anything.json")
    found = find(path)
    assert found.passed_over == [("anything.json", "the short form of the history (podcasts)")]
    assert "holds the short form" in found.refusals[0][1]


@pytest.mark.parametrize("inside", [FOLDER, f"{FOLDER}/{NAME}"])
def test_place_inside_a_zip_can_be_named(tmp_path: Path, inside: str) -> None:
    """Windows shows a zip as a folder, and its paths lead through it."""
    path = write_file(tmp_path, INNER, "my_spotify_data.zip")
    found = find(path / inside)
    assert (len(found.files), found.refusals) == (2 if inside == FOLDER else 1, [])
    ((_, reason),) = find(path / "other").refusals
    assert "at other" in reason


def test_zip_that_holds_itself_ends(tmp_path: Path) -> None:
    nested = make_zip({"x.json": TEXT})
    for _ in range(place.MOST_LAYERS + 3):
        nested = make_zip({"spotify.zip": nested})
    ((_, reason),) = find(write_file(tmp_path, nested, "spotify.zip")).refusals
    assert "lies too deep" in reason


def test_many_zips_in_a_zip_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "MOST_INNER", 3)
    many = make_zip({f"{number}.zip": make_zip({"x.txt": b"x"}) for number in range(9)})
    assert "lies too deep" in str(find(write_file(tmp_path, many, "x.zip")).refusals)


@pytest.mark.parametrize(
    "wrap",
    [
        lambda content: make_zip({"a.zip": content}),
        lambda content: gzip.compress(content),
        lambda content: make_tar({"a.zip": content}),
        lambda content: make_zip({"a.tar.gz": make_tar({"x/1.json": content}, "w:gz")}),
    ],
)
def test_size_is_counted_through_all_wrappings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrap: Callable[[bytes], bytes]
) -> None:
    large = b"[" + TEXT[1:-1] * 40
    content = wrap(make_zip({NAME: large}) if wrap(b"").find(b"1.json") < 0 else large)
    monkeypatch.setattr(archive, "LARGEST_UNASKED", len(large) // 2)
    path = write_file(tmp_path, content, "x.bin")
    found = find(path)
    assert found.files == []
    assert "add --yes" in str(found.refusals)
    assert find_sources([str(path)], accepts_large=True).files


def test_zip_that_lists_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "MOST_MEMBERS", 50)
    many = {f"{number}.txt": b"" for number in range(60)}
    for content in (make_zip(many), make_tar(many)):
        path = write_file(tmp_path, content, "x.bin")
        assert "lists more files" in find(path).refusals[0][1]


@pytest.mark.posix
@pytest.mark.parametrize("name", [b"endsong_\xe9.json", b"endsong_\x1b[2J\n0.json"])
def test_odd_name_can_be_printed_and_stored(tmp_path: Path, name: bytes) -> None:
    path = Path(bytes(tmp_path / "data").decode() + "/" + name.decode("utf-8", "surrogateescape"))
    path.parent.mkdir()
    path.write_bytes(TEXT)
    found = find(path.parent)
    ((file),) = found.files
    assert "\ufffd" in file.name
    assert file.name.isprintable()
    assert file.name.encode()
    assert unpack_all(found.files, tmp_path)[2] == []


@pytest.mark.posix
def test_what_cannot_be_looked_at_is_refused_by_name(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "pipe")
    found = find_sources(["~nobody-of-this-name/x", "n" * 5000, str(tmp_path / "pipe")])
    assert len(found.refusals) == 3
    assert found.refusals[2] == ("pipe", "is neither a file nor a folder")
