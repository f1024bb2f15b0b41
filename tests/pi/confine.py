"""Run a program under a unit's restrictions where no systemd runs, as far as a process can.

``python confine.py UNIT USER_ID GROUP_ID PROGRAM …`` applies what the unit's file says: no
capabilities, no new privileges, the mask of file modes, and by seccomp (libseccomp, which
systemd brings along) SystemCallFilter, MemoryDenyWriteExecute, RestrictAddressFamilies and
RestrictNamespaces. What needs a file system of its own (ProtectSystem, PrivateTmp,
ProtectHome, PrivateDevices) is left to whoever calls this.
"""

from __future__ import annotations

import ctypes
import errno
import os
import socket
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from itertools import count, takewhile
from pathlib import Path

PR_CAPBSET_READ, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 23, 24, 38
ALLOW, ERRNO = 0x7FFF0000, 0x00050000
EQUAL, MASKED_EQUAL = 4, 7
PROT_WRITE, PROT_EXEC = 2, 4
CLONE_ANY_NAMESPACE = (
    0x00020000,  # mount
    0x02000000,  # cgroup
    0x04000000,  # uts
    0x08000000,  # ipc
    0x10000000,  # user
    0x20000000,  # pid
    0x40000000,  # net
)
LAST_FAMILY = 45


class Comparison(ctypes.Structure):
    """One condition on an argument of a call (``struct scmp_arg_cmp``)."""

    _fields_ = (
        ("argument", ctypes.c_uint),
        ("operator", ctypes.c_int),
        ("first", ctypes.c_uint64),
        ("second", ctypes.c_uint64),
    )


def masked(argument: int, mask: int, value: int) -> Comparison:
    """Return the condition that a call's argument, behind a mask, is a value."""
    return Comparison(argument, MASKED_EQUAL, mask, value)


class Filter:
    """One seccomp filter; of several in force the strictest counts."""

    def __init__(self, otherwise: int) -> None:
        self._library = ctypes.CDLL("libseccomp.so.2", use_errno=True)
        self._library.seccomp_init.restype = ctypes.c_void_p
        self._context = ctypes.c_void_p(self._library.seccomp_init(otherwise))

    def add(self, action: int, name: str, *conditions: Comparison) -> None:
        """Let a call, where it meets the conditions, end so; names this machine lacks are left."""
        number = self._library.seccomp_syscall_resolve_name(name.encode())
        if number < 0:  # another architecture's
            return
        array = (Comparison * len(conditions))(*conditions)
        done = self._library.seccomp_rule_add_array(
            self._context, ctypes.c_uint32(action), number, len(conditions), array
        )
        assert done == 0, f"{name}: {os.strerror(-done)}"

    def load(self) -> None:
        """Put the filter in force, for this process and all it starts."""
        done = self._library.seccomp_load(self._context)
        assert done == 0, os.strerror(-done)


def read_unit(path: Path) -> dict[str, list[str]]:
    """Return what a unit says: setting -> its words, line after line."""
    said = defaultdict(list)
    for line in path.read_text(encoding="utf-8").splitlines():
        name, equals, words = line.partition("=")
        if equals and not line.startswith("#"):
            said[name] += [words]
    return said


def list_calls(*groups: str) -> Iterator[str]:
    """Yield the system calls of groups, as this systemd knows them."""
    for group in groups:
        listed = subprocess.run(
            ["systemd-analyze", "syscall-filter", group], capture_output=True, text=True, check=True
        )
        for line in listed.stdout.splitlines()[1:]:
            word = line.strip()
            if word.startswith("@"):
                yield from list_calls(word)
            elif word and not word.startswith("#"):
                yield word


def make_call_filter(lines: list[str]) -> Filter:
    """Return the filter of SystemCallFilter: a list of what is allowed, then what is not."""
    allowed = set(list_calls("@default"))
    for line in lines:
        named = set(list_calls(*line.lstrip("~").split()))
        allowed = allowed - named if line.startswith("~") else allowed | named
    calls = Filter(ERRNO | errno.EPERM)
    for name in sorted(allowed):
        calls.add(ALLOW, name)
    return calls


def make_argument_filter(unit: dict[str, list[str]]) -> Filter:
    """Return the filter of the restrictions that look at arguments."""
    arguments = Filter(ALLOW)
    if unit["MemoryDenyWriteExecute"] == ["yes"]:
        both = PROT_WRITE | PROT_EXEC
        arguments.add(ERRNO | errno.EPERM, "mmap", masked(2, both, both))
        for name in ("mprotect", "pkey_mprotect"):
            arguments.add(ERRNO | errno.EPERM, name, masked(2, PROT_EXEC, PROT_EXEC))
    if unit["RestrictNamespaces"] == ["yes"]:
        for name in ("unshare", "setns"):
            arguments.add(ERRNO | errno.EPERM, name)
        arguments.add(ERRNO | errno.ENOSYS, "clone3")
        for flag in CLONE_ANY_NAMESPACE:
            arguments.add(ERRNO | errno.EPERM, "clone", masked(0, flag, flag))
    families = {getattr(socket, name) for name in " ".join(unit["RestrictAddressFamilies"]).split()}
    for family in set(range(LAST_FAMILY + 1)) - families:
        arguments.add(ERRNO | errno.EAFNOSUPPORT, "socket", Comparison(0, EQUAL, family, 0))
    return arguments


def main(unit_path: str, user_id: str, group_id: str, *program: str) -> None:
    """Give everything up, and become the program."""
    unit = read_unit(Path(unit_path))
    filters = (make_argument_filter(unit), make_call_filter(unit["SystemCallFilter"]))
    libc = ctypes.CDLL(None, use_errno=True)
    assert unit["CapabilityBoundingSet"] == [""]
    if os.geteuid() == 0:  # nobody else has any
        for capability in takewhile(lambda one: libc.prctl(PR_CAPBSET_READ, one) >= 0, count()):
            assert libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0
        os.setgroups([])
        os.setgid(int(group_id))
        os.setuid(int(user_id))
    os.umask(int(unit["UMask"][0], 8))
    assert unit["NoNewPrivileges"] == ["yes"]
    assert libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
    for one in filters:
        one.load()
    os.execv(program[0], program)


if __name__ == "__main__":
    main(*sys.argv[1:])
