"""Names that want out of wherever they are put."""

import re

ESC, BELL, CSI = "\x1b", "\x07", "\x9b"
#: Begins a line of its own where a name may.
FORGED = "forged-line"
HOSTILE = (
    f"{ESC}[31mred{ESC}[0m",
    f"{ESC}]0;title{BELL}{ESC}]8;;https://evil.example{ESC}\\link{ESC}]8;;{ESC}\\",
    f"{CSI}2Jcleared",
    f"over\r{FORGED}",
    f"two\n{FORGED}\r\n{FORGED}",
    f"odd\x0b{FORGED}\x0c{FORGED}\x85{FORGED}\u2028{FORGED}\u2029{FORGED}",
    "abc\u202etxt.exe\u2066x\u2069\u200f",
    "null\x08\x7f\ufffe\U0001ffff",
    "```\n# Head\n```",
    "````",
    "a ``` b | c <script>alert(1)</script> <img src=x>",
    "@someone #12 [link](https://evil.example) ![x](https://evil.example/x.png)",
    "::error title=x::gone wrong",
    "x\n::stop-commands::y",
    "\u2003::set-output name=a::b",
    "##[error]old form",
    "=cmd|' /C calc'!A0",
    "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", " =1+1", "\uff1d1+1", "'=1",
    "]]>", "&amp;&lt;\"'",
)  # fmt: skip
#: Of these none may reach a terminal, a log, a page or a summary.
NEVER = [
    *map(chr, (*range(0x09), 0x0B, 0x0C, 0x0D, *range(0x0E, 0x20), *range(0x7F, 0xA0))),
    *map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C)),
    "\u2028", "\u2029", "\ufffe", "\uffff", "\U0001ffff",
]  # fmt: skip


def find_never(text: str) -> list[str]:
    """Return what of the forbidden stands in a text, spelt out."""
    return sorted({repr(one) for one in NEVER if one in text})


def find_forged(text: str) -> list[str]:
    """Return the lines that a name has made, and those that are commands to a workflow."""
    return [
        line
        for line in text.splitlines()
        if line.startswith((FORGED, "# Head"))
        or "##[" in line
        or (line.strip().startswith("::") and not line.startswith(("::warning ", "::error title=")))
        or (line.count("::") > 2 and re.match(r"\s*::.*?::\s*::", line))
    ]
