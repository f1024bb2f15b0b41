"""What a file is, told by its first bytes and, where they say nothing, by its name."""

from __future__ import annotations

import codecs
import re
from typing import Literal, NamedTuple

#: audio, video: a history. account: Spotify's other data. What is to be unwrapped first: zip, tar,
#: packed (one file, by a stream packer). stuck: may hold a history, and cannot be read as it is.
Kind = Literal["audio", "video", "account", "zip", "tar", "packed", "stuck", "other"]

#: So much of a file is looked at.
HEAD_SIZE = 8_192
_EXTENDED = re.compile(r"(streaming_history_(audio|video)|endsong|endvideo).*\.json", re.IGNORECASE)
_SHORT = re.compile(r"streaminghistory.*\.json", re.IGNORECASE)
#: A name that somebody gives to their history, whatever it is wrapped in.
_MEANT = re.compile(r"spotify|streaming.?history|endsong|endvideo", re.IGNORECASE)
_DATA_NAME = re.compile(r"\.(json|zip|gz|tgz|tar|7z|rar|bz2|xz|zst)\b", re.IGNORECASE)
_HALF_NAME = re.compile(
    r"\.(crdownload|part|partial|download|opdownload|filepart)(/|$)", re.IGNORECASE
)
_SPLIT_NAME = re.compile(r"\.(z\d\d|(zip|7z|rar)\.\d{3}|part\d+\.rar)$", re.IGNORECASE)
_CLOUD_NAME = re.compile(r"^\..+\.icloud$|\.(nextcloud|owncloud|cloud|cloudf)$", re.IGNORECASE)

UNPACK = "unpack it with your system's own program and import the folder"
_FETCH = "have the cloud's program download it (keep it on this device), then import it"
_AGAIN = "let the download finish, or download it again"
_SIGNED_OUT = "Spotify's page asked for something instead of sending the file: download it again"
_REFILL = (
    "where it lies in a cloud's folder, have the cloud's program download it; otherwise unpack or"
    " download it again"
)

#: How a content begins -> what it is, and what has to be done with it.
_STARTS: tuple[tuple[bytes, Kind, str, str], ...] = (
    (b"PK\x03\x04", "zip", "a zip", ""),
    (b"PK\x05\x06", "zip", "a zip", ""),
    (b"PK00PK\x03\x04", "zip", "a zip", ""),
    (b"PK\x07\x08", "stuck", "a part of a split zip", UNPACK),
    (b"\x1f\x8b", "packed", "a gzip file", ""),
    (b"BZh", "packed", "a bzip2 file", ""),
    (b"\xfd7zXZ\x00", "packed", "an xz file", ""),
    (b"\x28\xb5\x2f\xfd", "packed", "a Zstandard file", UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "stuck", "a 7z archive", UNPACK),
    (b"Rar!\x1a\x07", "stuck", "a RAR archive", UNPACK),
    (b"MSCF\0\0\0\0", "stuck", "a Windows cabinet", UNPACK),
    (b"\x04\x22\x4d\x18", "stuck", "an LZ4 file", UNPACK),
    (b"\x1f\x9d", "stuck", "a file packed by compress", UNPACK),
    (b"0707", "stuck", "a cpio archive", UNPACK),
    (b"LZIP", "stuck", "an lzip file", UNPACK),
    (b"-----BEGIN PGP MESSAGE", "stuck", "encrypted", "decrypt it, then import it"),
    (b"age-encryption.org/", "stuck", "encrypted", "decrypt it, then import it"),
    (b"{\\rtf", "stuck", "a document of a word processor", "import the file it was made from"),
    (b"%PDF", "other", "a PDF", ""),
    (b"\x89PNG", "other", "a picture", ""),
    (b"\xff\xd8\xff", "other", "a picture", ""),
    (b"GIF8", "other", "a picture", ""),
    (b"\x00\x05\x16\x07", "other", "macOS's notes on a file", ""),
    (b"bplist00", "other", "a settings file of macOS", ""),
    (b"SQLite format 3\0", "other", "a database", ""),
    (b"\xd0\xcf\x11\xe0", "other", "a document of an office program", ""),
)
#: Files of the account data by how their names begin -> what they hold.
_ACCOUNT_NAMES = {
    "userdata": "who you are",
    "identity": "who you are",
    "identifier": "who you are",
    "playlist": "your playlists",
    "yourlibrary": "your library",
    "yoursoundcapsule": "your sound capsule",
    "searchqueries": "what you searched for",
    "follow": "whom you follow",
    "inferences": "what Spotify supposes of you",
    "payments": "your payments",
    "purchases": "your purchases",
    "marquee": "what Spotify advertises to you",
    "familyplan": "your family plan",
    "duonewfamily": "your plan for two",
    "wrapped": "your Wrapped",
    "userprompts": "your prompts",
    "messagedata": "your messages",
    "voiceinput": "what you said to Spotify",
    "carthing": "your Car Thing",
    "podcastinteractivity": "your ratings of podcasts",
}


class What(NamedTuple):
    """What a file is (``telling``: "a PDF"); ``cure``: what to do where it cannot be read."""

    kind: Kind
    telling: str = ""
    cure: str = ""

    @property
    def refusal(self) -> str:
        """Return why it is not imported, after its name."""
        return f"is {self.telling}: {self.cure}"


HALF = What("stuck", "a download that did not finish", _AGAIN)


def recognise(name: str, head: bytes) -> What:
    """Tell what a file is; ``name`` may have its folders before it (``a/b.json``)."""
    base = name.rpartition("/")[2]
    if base.startswith("._"):  # macOS adds them to what it packs
        return What("other", "macOS's notes on a file")
    if _CLOUD_NAME.search(base):
        return What("stuck", "a cloud's placeholder, and its content is elsewhere", _FETCH)
    if not head.strip(b"\0"):
        return _tell_nothing(name, head)
    if known := _tell_start(head):
        return known
    if _SPLIT_NAME.search(base):
        return What("stuck", "a part of a split archive", UNPACK)
    if _HALF_NAME.search(name):
        return HALF
    return _tell_text(base, _decode(head))


def is_meant(name: str) -> bool:
    """Say whether a name tells that its file is somebody's history."""
    return bool(_MEANT.search(name))


def is_half(name: str) -> bool:
    """Say whether a name tells that its file's download has not finished."""
    return bool(_HALF_NAME.search(name))


def _tell_nothing(name: str, head: bytes) -> What:
    """Tell what a file is that has no content, or nothing but zeros where it should be."""
    if _HALF_NAME.search(name):
        return HALF
    if head:
        return What("stuck", "a file of zeros, left by a download that did not finish", _AGAIN)
    return What("stuck" if _DATA_NAME.search(name) else "other", "empty", _REFILL)


def _tell_start(head: bytes) -> What | None:
    for start, kind, telling, cure in _STARTS:
        if head.startswith(start):
            return What(kind, telling, cure)
    if head[257:262] == b"ustar":
        return What("tar", "a tar archive")
    return None


def _tell_text(base: str, text: str) -> What:
    start = text.lstrip("\ufeff \t\r\n")[:100].lower()
    if start.startswith(("<!doctype html", "<html", "<head", "<?xml", "<script", "mime-version:")):
        is_page = "<?xml" not in start or "html" in text[:2000].lower()
        telling = "a web page" if is_page else "an XML file"
        return What(
            "stuck" if is_page and _DATA_NAME.search(base) else "other", telling, _SIGNED_OUT
        )
    if '"endTime"' in text and '"msPlayed"' in text:
        return What("account", f"the short form of the history ({_tell_short(text)})")
    is_history = '"ts"' in text and '"ms_played"' in text
    if is_history and base.lower().endswith(".csv"):
        return What("stuck", "a table made of a history", "import Spotify's own .json files")
    if extended := _EXTENDED.fullmatch(base):
        return What("video" if "video" in extended[1].lower() else "audio")
    if is_history:
        return What("video" if "video" in base.lower() else "audio")
    if _SHORT.fullmatch(base):
        return What("account", "the short form of the history")
    if base.lower().endswith(".zip"):
        return What("zip", "a zip")
    return _tell_account(base) or What("other", _tell_other(base))


def _tell_short(text: str) -> str:
    if '"podcastName"' in text or '"episodeName"' in text:
        return "podcasts"
    return "audiobooks" if '"audiobook' in text or '"chapterName"' in text else "music"


def _tell_other(base: str) -> str:
    suffix = base.rpartition(".")[2].lower() if "." in base[1:] else ""
    return f"a .{suffix} file that is no history" if suffix.isalnum() else "no history"


def _tell_account(base: str) -> What | None:
    stem = re.sub(r"[^a-z]", "", base.lower().partition(".json")[0])
    if ".json" in base.lower():
        for start, holds in _ACCOUNT_NAMES.items():
            if stem.startswith(start):
                return What("account", f"account data ({holds})")
    return None


def find_encoding(head: bytes) -> str:
    """Return the encoding of a text by its first bytes: UTF-8 unless they say UTF-16."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if len(head) > 1 and head[:2].strip(b"\0") in (b"[", b"{"):
        if head[1] == 0:
            return "utf-16-le"
        if head[0] == 0:
            return "utf-16-be"
    return "utf-8"


def _decode(head: bytes) -> str:
    return head.decode(find_encoding(head), "replace")
