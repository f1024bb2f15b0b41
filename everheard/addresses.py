"""Addresses of databases and services, as people write them: what is wrong with one."""

from __future__ import annotations

from contextlib import suppress
from ipaddress import IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

#: What cures an address that cannot be read.
HOW_TO_SPELL = (
    "special characters in the password need %-encoding (@ is %40, / is %2F, ? is %3F, % is %25,"
    " ü is %C3%BC)"
)
LOOPBACK_HOSTS = {"127.0.0.1", "::1", "localhost"}


def find_address_faults(url: str, name: str) -> list[str]:
    """Return what is wrong with the address of a database that the setting ``name`` holds."""
    if not url:
        return []
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises where a special character broke the address apart
    except ValueError:
        return [f"{name} cannot be read: {HOW_TO_SPELL}"]
    if parts.scheme.split("+")[0] not in {"postgres", "postgresql"}:
        return [f"{name} must begin with postgresql://"]
    if not parts.path.strip("/"):
        return [f"{name} names no database: it ends with /NAME, before any question mark"]
    return []


def find_url_faults(name: str, url: str) -> list[str]:
    """Return what is wrong with the address of a service that the setting ``name`` holds."""
    if not url:
        return []
    with suppress(ValueError):  # not even an address
        parts = urlsplit(url)
        if parts.scheme == "https" and parts.hostname:
            return []
        if parts.scheme == "http" and parts.hostname in LOOPBACK_HOSTS:
            return []
    return [f"{name} must be an https address (plain http only on 127.0.0.1)"]


def name_network(host: str) -> str:
    """Return by what the requests from an address are counted; "unknown" where it is none."""
    try:
        address = ip_address(host)
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address) and not address.ipv4_mapped:
        return str(ip_network((address, 64), strict=False))  # one subscriber has all of these
    return str(address)
