"""The last line of a run: what was done, or the sentence that says why nothing was."""

from __future__ import annotations

from everheard.failure import ConfigurationError
from everheard.run.outcome import Figures, Outcome, describe

TROUBLE = ConfigurationError(["my.zip is no zip"])


def test_failed_run_that_did_nothing_begins_with_its_sentence() -> None:
    zeros = Figures({"files": "0", "read": "0", "unattributed": ""})
    said = describe("import_history", zeros, Outcome(failures=[TROUBLE]), dry_run=False)
    assert said == "import_history: my.zip is no zip"


def test_failed_run_that_did_something_tells_it_first() -> None:
    figures = Figures({"files": "2", "read": "0"})
    said = describe("import_history", figures, Outcome(failures=[TROUBLE]), dry_run=False)
    assert said == "import_history: files 2, read 0 | my.zip is no zip"


def test_run_that_had_nothing_to_do_tells_its_zeros() -> None:
    said = describe("new_releases", Figures({"calls": "0"}), Outcome(), dry_run=True)
    assert said == "new_releases: (dry run) calls 0"
