"""Report today so far and yesterday, on one page.

When:   daily, or by hand (`python start.py report`).
Reads:  the views (bi), of every listener; no call to Spotify.
Writes: GitHub's step summary (names only where SHOW_NAMES is 1); a page and a Markdown file
        for every listener where REPORT_DIR is set; nothing in the ledger.
Grain:  one page a listener and day.
Again:  a second run on the same day writes the same files anew.
"""

from __future__ import annotations

import sys
from pathlib import Path

from dashboard.report_page import make_report_page
from everheard.failure import ConfigurationError
from everheard.report.day import Report, read_report
from everheard.report.markdown import write_markdown
from everheard.report.read import read_listeners
from everheard.run import Run, run_job
from everheard.warehouse.connect import translate_errors

JOB = "daily_report"


def main(argv: list[str] | None = None) -> int:
    """Run the job; return its exit code."""
    job = Reporting()
    return run_job(JOB, __doc__, job.run, argv, needs_spotify=False, tell=job.tell)


class Reporting:
    """One run: a report a listener, to where it is asked for."""

    def __init__(self) -> None:
        self.reports: list[Report] = []

    def run(self, run: Run) -> None:
        """Read the reports, and write them where the settings say."""
        with translate_errors():
            connection = run.connect()
            self.reports = [
                read_report(connection, key, name, timezone)
                for key, name, timezone in read_listeners(connection)
            ]
        if not self.reports:
            run.idle_reason = "there is no listener yet: `python start.py authorize` signs you in"
        for report in self.reports:
            # The terminal is the listener's own; a log of Actions may be anybody's, and at a
            # timer's nobody sits: it gets the last line.
            if run.settings.trigger != "timer":
                shows_names = run.settings.shows_names or not run.settings.is_actions
                print(write_markdown(report, shows_names=shows_names))
            if not run.options.dry_run:
                _write_summary(report, run)
                _write_files(report, run.settings.report_dir, number=self.reports.index(report))

    def tell(self, _: Run) -> dict[str, str]:
        """Return the figures of the last line."""
        days = [day for report in self.reports for day in report.days]
        return {
            "listeners": f"{len(self.reports)}",
            "plays today": f"{sum(day.total.play_count for day in days[::2])}",
            "plays yesterday": f"{sum(day.total.play_count for day in days[1::2])}",
        }


def _write_summary(report: Report, run: Run) -> None:
    if run.settings.step_summary is None:
        return
    with run.settings.step_summary.open("a", encoding="utf-8") as file:
        file.write(write_markdown(report, shows_names=run.settings.shows_names) + "\n")


def _write_files(report: Report, folder: Path | None, *, number: int) -> None:
    """Write DATE.html and DATE.md; a further listener's have a number behind the date."""
    if folder is None:
        return
    name = f"{report.days[0].play_date}" + (f"-{number + 1}" if number else "")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.html").write_text(make_report_page(report), encoding="utf-8")
        markdown = write_markdown(report, shows_names=True)
        (folder / f"{name}.md").write_text(markdown, encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(
            [f"REPORT_DIR {folder} cannot be written ({error.strerror}): name another folder"]
        ) from None


if __name__ == "__main__":
    sys.exit(main())
