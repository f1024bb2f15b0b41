"""Checks on the ledger, from one reading of it. Pure."""

from __future__ import annotations

from datetime import UTC
from urllib.parse import urlsplit

from cli.doctor.check import Check, Mark, bad, good, note, soon
from cli.doctor.readers import check_readers
from cli.doctor.timezones import check_timezones
from everheard import SCHEMA_VERSION
from everheard.config import Settings
from everheard.ledger.operations.health import LedgerHealth
from everheard.ledger.summaries import SummarySample
from everheard.rims.counted import say_counted
from everheard.run.warnings import ISSUE_DAY, RENEWAL, WARN_DAY, say_sign_in_ends
from everheard.sources.spotify.auth import SCOPES, TOKEN
from everheard.sources.spotify.client import RECENTLY_PLAYED

SILENT_HOURS = 6
STORAGE_SHOWN, STORAGE_ISSUE = 0.70, 0.85
MEGABYTE = 1024 * 1024
#: Free tiers by a part of the host's name, in bytes.
FREE_TIERS = {
    "neon.tech": 512 * MEGABYTE,
    "supabase.co": 500 * MEGABYTE,
    "aivencloud.com": 1024 * MEGABYTE,
}
OLDEST_POSTGRES = 15


def check_ledger(health: LedgerHealth, settings: Settings, *, is_fed: bool = True) -> list[Check]:
    """Return every check on the ledger.

    ``is_fed`` False: it lives by imports alone, so that nobody signs in and no run is late.
    """
    host = find_host(settings.database_url)
    return [
        check_version(health),
        check_rights(health),
        check_schema(health),
        *(check_sign_ins(health) if is_fed else [good("sign-in", "none, and imports need none")]),
        *check_timezones(health, settings),
        *check_readers(health),
        *(check_runners(health) if is_fed else []),
        check_gaps(health),
        *check_skipped_polls(health),
        check_quota(health, settings.calls_per_day),
        check_storage(health, host),
        *(check_scheduler(health) if is_fed else []),
    ]


def check_version(health: LedgerHealth) -> Check:
    """Judge PostgreSQL's version."""
    version = health.server_version.split(" ")[0]
    if int(version.split(".")[0]) < OLDEST_POSTGRES:
        return bad(
            "PostgreSQL", f"version {version}", f"Everheard needs {OLDEST_POSTGRES} or newer"
        )
    return good("PostgreSQL", f"version {version}")


def check_rights(health: LedgerHealth) -> Check:
    """Judge whether the user of DATABASE_URL may write."""
    if health.is_read_only:
        return bad("rights", "the database is read-only just now", "free room, or ask its provider")
    if not health.can_write:
        return bad(
            "rights",
            "the user of DATABASE_URL may not write",
            "use the user who ran `python start.py migrate upgrade`",
        )
    return good("rights", "the user of DATABASE_URL may write")


def check_schema(health: LedgerHealth) -> Check:
    """Judge whether code and tables fit."""
    says = f"tables at version {health.version}, code at {SCHEMA_VERSION}"
    if health.version < SCHEMA_VERSION:
        return bad("schema", says, "`python start.py migrate upgrade`")
    if health.oldest_code > SCHEMA_VERSION:
        return bad("schema", says, "`git pull` brings newer code")
    return good("schema", says)


def check_sign_ins(health: LedgerHealth) -> list[Check]:
    """Judge each listener's sign-in."""
    if not health.sign_ins:
        return [note("sign-in", "nobody has signed in yet", "`python start.py authorize`")]
    checks = []
    for one in health.sign_ins:
        who = one.name or "a listener"
        until = f"until {'' if one.is_exact else 'at the latest '}{one.ends_at:%Y-%m-%d}"
        says = f"{who}: {until}, {say_counted(one.days_left, 'day')} left"
        if one.has_ended:
            checks.append(bad("sign-in", f"{who}: ended on {one.ends_at:%Y-%m-%d}", RENEWAL))
        elif one.days_old >= WARN_DAY:
            checks.append(soon("sign-in", says, RENEWAL))
        else:
            checks.append(good("sign-in", says))
        if one.scopes and (missing := [name for name in SCOPES if name not in one.scopes]):
            checks.append(note("scopes", f"{who}: without {', '.join(missing)}", RENEWAL))
    return checks


def check_runners(health: LedgerHealth) -> list[Check]:
    """Say when each runner was last heard from, and judge the newest success."""
    checks = []
    for one in health.runners:
        says = f"last heard from {say_hours(one.hours)} ago ({one.trigger})"
        if one.trigger in {"schedule", "timer"} and SILENT_HOURS <= one.hours < 14 * 24:
            checks.append(
                soon(f"runner {one.name}", says, "look whether it is on, and what its log says")
            )
        else:
            checks.append(good(f"runner {one.name}", says))
    hours = health.hours_since_success
    if hours is None:
        checks.append(
            note("last success", "no run has succeeded yet", "`python start.py job get_last_50`")
        )
    elif hours >= 24:
        checks.append(
            bad("last success", f"{say_hours(hours)} ago", "`python start.py job get_last_50`")
        )
    else:
        checks.append(good("last success", f"{say_hours(hours)} ago"))
    return checks


def say_hours(hours: float) -> str:
    """Return a length of time in the unit that fits."""
    if hours < 1:
        return say_counted(round(hours * 60), "minute")
    return say_counted(round(hours), "hour") if hours < 72 else f"{hours / 24:.0f} days"


def check_gaps(health: LedgerHealth) -> Check:
    """Judge the stretches in which plays may be missing."""
    if not health.open_gap_count:
        return good("gaps", "none open")
    return soon(
        "gaps",
        f"{health.open_gap_count} open, {health.new_gap_count} of them noticed in the last 3 days",
        "the privacy export closes them; a second runner prevents them (docs/never-late.md)",
    )


def check_sums(sample: SummarySample) -> Check:
    """Judge whether the sums of a few months are those of their plays."""
    months = say_counted(sample.month_count, "sampled month")
    if sample.wrong_count:
        says = f"not those of their plays in {sample.wrong_count} of {months}"
        return bad("sums", says, "`python start.py migrate summaries` derives all of them again")
    return good("sums", f"those of {months} are those of their plays")


def check_skipped_polls(health: LedgerHealth) -> list[Check]:
    """Say that some of what Spotify showed cannot have been played when it is told."""
    if not health.skipped_poll_count:
        return []
    says = f"{health.skipped_poll_count} kept aside: dated in the future or before Spotify existed"
    cure = "nothing: a device's clock was wrong; the privacy export may know better"
    return [note("polled plays", says, cure)]


def check_quota(health: LedgerHealth, calls_per_day: int) -> Check:
    """Say how many of the day's calls are left, and which buckets Spotify has closed."""
    left_count = max(0, calls_per_day - health.call_count)
    says = f"{left_count} of {say_counted(calls_per_day, 'call')} to the catalogue left of 24 hours"
    if not health.blocked:
        return good("quota", says)
    closed = ", ".join(_say_closed(health))
    return note("quota", f"{says}; closed: {closed}", "nothing: the work waits its turn")


def _say_closed(health: LedgerHealth) -> list[str]:
    return [
        f"{bucket} until {until.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        for bucket, until in health.blocked.items()
    ]


def measure_storage(health: LedgerHealth, host: str) -> float | None:
    """Return the part of the provider's free tier that is used, None where none is known."""
    limits = [limit for part, limit in FREE_TIERS.items() if part in host]
    return health.size_bytes / limits[0] if limits else None


def check_storage(health: LedgerHealth, host: str) -> Check:
    """Judge the database's size against the free tier of its provider."""
    used = measure_storage(health, host)
    says = f"{health.size_bytes / MEGABYTE:.0f} MB"
    if used is None:
        return good("storage", says)
    says += f", {used:.0%} of the free tier"
    room = ", ".join(f"{name} {size / MEGABYTE:.0f} MB" for name, size in health.largest)
    cure = f"the most room goes to {room}: move to a larger plan, or to a server of your own"
    if used >= STORAGE_ISSUE:
        return bad("storage", says, cure)
    return soon("storage", says, cure) if used >= STORAGE_SHOWN else good("storage", says)


def check_scheduler(health: LedgerHealth) -> list[Check]:
    """Judge whether GitHub has ever started a run by itself."""
    if health.hours_on_actions is None:
        return []
    if health.has_been_scheduled:
        return [good("GitHub's scheduler", "it has started runs by itself")]
    says = f"it has started none in {say_hours(health.hours_on_actions)}"
    if health.hours_on_actions < 24:
        return [note("GitHub's scheduler", f"{says}; the first may take a day")]
    return [
        bad(
            "GitHub's scheduler",
            says,
            "`python start.py schedule reset` draws new minutes and commits them",
        )
    ]


def list_issues(health: LedgerHealth, host: str) -> list[str]:
    """Return what a GitHub issue should be open for, as Markdown without names."""
    issues = [
        say_sign_in_ends(one.ends_at, one.days_old)
        for one in health.sign_ins
        if one.days_old >= ISSUE_DAY
    ]
    if health.new_gap_count:
        issues.append(
            f"{say_counted(health.new_gap_count, 'new gap')}: plays may be missing."
            " The privacy export closes them, a second runner prevents them."
        )
    silent = [
        one.hours
        for one in health.runners
        if one.trigger in {"schedule", "timer"} and SILENT_HOURS <= one.hours < 14 * 24
    ]
    if silent:
        issues.append(
            f"{say_counted(len(silent), 'runner')} silent, for"
            f" {say_hours(max(silent))} at the longest:"
            " `python start.py doctor` names them."
        )
    if health.blocked:
        issues.append(
            f"Spotify has closed: {', '.join(_say_closed(health))}. The work waits its turn. If it"
            " comes again, ask for fewer calls a day: `METADATA_CALLS_PER_DAY`."
        )
    if health.blocked.keys() & {TOKEN.bucket, RECENTLY_PLAYED.bucket}:
        issues.append(
            "So nobody can poll, and plays may be missing. The privacy export brings them back."
        )
    checks = (check_storage(health, host), check_schema(health))
    return issues + [
        f"{check.name}: {check.says}. Cure: {check.cure}."
        for check in checks
        if check.mark is Mark.BAD
    ]


def find_host(url: str) -> str:
    """Return the host of DATABASE_URL, nothing for the embedded server."""
    return urlsplit(url).hostname or ""
