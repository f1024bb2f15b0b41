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

from dashboard.report_page import make_report_page
from everheard.config import Settings
from everheard.failure import ConfigurationError
from everheard.report.day import Report, read_report
from everheard.report.markdown import write_markdown
from everheard.rims.markdown import add_to_summary, to_plain
from everheard.run.job import Job, Run, run_job
from everheard.run.outcome import Figures, say_nobody
from everheard.run.whose import ShownListener, add_whose, choose_shown, read_everybody, read_shown
from everheard.written import Written


def main(argv: list[str] | None = None) -> int:
    """Run the job; return its exit code."""
    return run_job(JOB, argv)


def work(run: Run) -> Figures:
    """Read a report a listener, and write each where the settings say.

    What goes wrong with one listener's report costs nobody else's.
    """
    everybody = read_everybody(run)
    if not everybody:
        run.outcome.idle_reason = say_nobody(run.settings.home)
    reports = []
    for one in choose_shown(run, everybody):
        with run.outcome.attempt():
            report = read_shown(run, one, read_report)
            reports.append(report)
            _show(report, run, everybody, one)
    days = [day for report in reports for day in report.days]
    return Figures(
        {
            "listeners": f"{len(reports)}",
            "plays today": f"{sum(day.total.plays for day in days[::2])}",
            "plays yesterday": f"{sum(day.total.plays for day in days[1::2])}",
        }
    )


def _show(report: Report, run: Run, everybody: list[ShownListener], one: ShownListener) -> None:
    # The terminal is the listener's own; a log of Actions may be anybody's, and at a
    # timer's nobody sits: it gets the last line.
    if run.settings.trigger != "timer":
        shows_names = run.settings.shows_names or not run.settings.is_actions
        print(to_plain(write_markdown(report, shows_names=shows_names)))
    if not run.options.dry_run:
        _write_summary(report, run)
        _write_files(report, run.settings, everybody, one)


def _write_summary(report: Report, run: Run) -> None:
    if run.settings.step_summary is None:
        return
    markdown = write_markdown(report, shows_names=run.settings.shows_names)
    add_to_summary(run.settings.step_summary, [markdown, ""])


def _write_files(
    report: Report, settings: Settings, everybody: list[ShownListener], one: ShownListener
) -> None:
    """Write DATE.html and DATE.md; a further listener's have a number behind the date.

    A file of that name which we did not write, a diary's say, is left alone and named.
    """
    folder = settings.report_dir
    if folder is None:
        return
    name = _name_file(report, one)
    others = [(other.name, f"{_name_file(report, other)}.html") for other in everybody]
    del others[one.place]
    try:
        written = Written(folder, records=settings.home / "written")
        written.refuse_strange([f"{name}.html", f"{name}.md"], "set REPORT_DIR to another folder")
        markdown = write_markdown(report, shows_names=True)
        page = make_report_page(report, others)
        written.write({f"{name}.html": page.encode(), f"{name}.md": markdown.encode()})
    except OSError as error:
        raise ConfigurationError(
            [f"REPORT_DIR {folder} cannot be written ({error.strerror}): name another folder"]
        ) from None


def _name_file(report: Report, one: ShownListener) -> str:
    return f"{report.days[0].play_date}" + (f"-{one.place + 1}" if one.place else "")


JOB = Job("daily_report", __doc__, work, add_whose, needs_spotify=False)


if __name__ == "__main__":
    sys.exit(main())
