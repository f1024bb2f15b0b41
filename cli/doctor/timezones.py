"""Checks on the listeners' time zones. Pure."""

from __future__ import annotations

from cli.doctor.check import Check, bad, good, note, soon
from everheard.config import Settings
from everheard.encryption import fingerprint
from everheard.ledger.listeners import CHANGE_ZONE
from everheard.ledger.operations.health import LedgerHealth
from everheard.zones import is_same_zone, is_zone


def check_timezones(health: LedgerHealth, settings: Settings) -> list[Check]:
    """Judge each listener's time zone: known to both, and what the settings say too."""
    zones = find_zones(settings)
    several = len(health.listeners) > 1
    checks = []
    for one in health.listeners:
        who, whose = one.name or "a listener", " --listener NAME" if several else ""
        told = [zones[mark] for mark in one.fingerprints if mark in zones]
        told = told or ([] if several or not settings.timezone else [settings.timezone])
        other = next((zone for zone in told if not is_same_zone(zone, one.timezone)), None)
        change = CHANGE_ZONE.format("Europe/Berlin" + whose)
        if not one.is_timezone_known or not is_zone(one.timezone):
            lacks = "this machine" if one.is_timezone_known else "the database"
            says = f"{who}: {one.timezone}, which {lacks} does not know"
            checks.append(bad("time zone", says, f"{change} names one that both know"))
        elif other:
            says = f"{who}: LISTENER_TIMEZONE says {other}, the ledger {one.timezone}, which counts"
            change = CHANGE_ZONE.format(other + whose)
            checks.append(
                soon("time zone", says, f"{change} changes it; else take the setting out")
            )
        elif is_same_zone(one.timezone, "UTC") and not told:
            checks.append(
                note("time zone", f"{who}: {one.timezone}", f"{change}, unless you live in it")
            )
        else:
            checks.append(good("time zone", f"{who}: {one.timezone}"))
    return checks


def find_zones(settings: Settings) -> dict[str, str]:
    """Return what the settings say of time zones, by the fingerprint of each refresh token."""
    return {
        fingerprint(settings.client_secret, one.refresh_token): one.timezone
        for one in settings.sign_ins
        if one.timezone
    }
