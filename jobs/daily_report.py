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
from functools import partial

from dashboard.report_page import make_report_page
from everheard.config import Settings
from everheard.database.connect import translate_errors
from everheard.failure import ConfigurationError
from everheard.report.day import Report, read_report
from everheard.report.markdown import write_markdown
from everheard.report.read import read_listeners
from everheard.rims.markdown import add_to_summary
from everheard.run.job import Job, Run, run_job
from everheard.run.outcome import NOBODY_YET, Figures
from everheard.written import Written


def main(argv: list[str] | None = None) -> int:
    """Run the job; return its exit code."""
    return run_job(JOB, argv)


def work(run: Run) -> Figures:
    """Read a report a listener, and write each where the settings say."""
    reports = run.with_known_zones(partial(read_reports, run))
    if not reports:
        run.outcome.idle_reason = NOBODY_YET
    for number, report in enumerate(reports):
        # The terminal is the listener's own; a log of Actions may be anybody's, and at a
        # timer's nobody sits: it gets the last line.
        if run.settings.trigger != "timer":
            shows_names = run.settings.shows_names or not run.settings.is_actions
            print(write_markdown(report, shows_names=shows_names))
        if not run.options.dry_run:
            _write_summary(report, run)
            _write_files(report, run.settings, number=number)
    days = [day for report in reports for day in report.days]
    return Figures(
        {
            "listeners": f"{len(reports)}",
            "plays today": f"{sum(day.total.plays for day in days[::2])}",
            "plays yesterday": f"{sum(day.total.plays for day in days[1::2])}",
        }
    )


def read_reports(run: Run) -> list[Report]:
    """Read a report a listener."""
    with translate_errors():
        connection = run.ledger.connect()
        return [
            read_report(connection, key, name, timezone)
            for key, name, timezone in read_listeners(connection)
        ]


def _write_summary(report: Report, run: Run) -> None:
    if run.settings.step_summary is None:
        return
    markdown = write_markdown(report, shows_names=run.settings.shows_names)
    add_to_summary(run.settings.step_summary, [markdown, ""])


def _write_files(report: Report, settings: Settings, *, number: int) -> None:
    """Write DATE.html and DATE.md; a further listener's have a number behind the date.

    A file of that name which we did not write, a diary's say, is left alone and named.
    """
    folder = settings.report_dir
    if folder is None:
        return
    name = f"{report.days[0].play_date}" + (f"-{number + 1}" if number else "")
    try:
        written = Written(folder, records=settings.home / "written")
        written.refuse_strange([f"{name}.html", f"{name}.md"], "set REPORT_DIR to another folder")
        markdown = write_markdown(report, shows_names=True)
        page = make_report_page(report)
        written.write({f"{name}.html": page.encode(), f"{name}.md": markdown.encode()})
    except OSError as error:
        raise ConfigurationError(
            [f"REPORT_DIR {folder} cannot be written ({error.strerror}): name another folder"]
        ) from None


JOB = Job("daily_report", __doc__, work, needs_spotify=False)


if __name__ == "__main__":
    sys.exit(main())
