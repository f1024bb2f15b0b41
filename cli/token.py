"""Who is let into the API: ``python start.py token create | list | revoke``."""

from __future__ import annotations

import argparse
from contextlib import closing
from datetime import UTC, datetime

from cli.commands import make_parser
from everheard.config import read_settings
from everheard.database.connect import connect
from everheard.ledger.operations.tokens import TokenRow, insert_token, read_tokens, revoke_token
from everheard.rims.plain import to_line


def main(argv: list[str]) -> int:
    """Make, list or revoke a token."""
    parser = make_parser("token", "Make, list or revoke what lets programs and browsers in.")
    actions = parser.add_subparsers(dest="action", required=True)
    create = actions.add_parser("create", help="make a token; it is shown once")
    create.add_argument("name", help="what it is for, as it stands in the list")
    create.add_argument("--listener", metavar="NAME", help="whose, if you are several")
    create.add_argument("--rate", action="store_true", help="it may give ratings, not only read")
    create.add_argument(
        "--everyone", action="store_true", help="it may see rankings of all listeners together"
    )
    actions.add_parser("list", help="show every token and browser, and when it was last used")
    revoke = actions.add_parser("revoke", help="end a token, or shut out a browser, now")
    revoke.add_argument("number", type=int, help="its number in the list")
    return run_token(parser.parse_args(argv))


def run_token(options: argparse.Namespace) -> int:
    """Make, list or revoke; the first line on the screen is the token, for a script to take."""
    with closing(connect(read_settings(needs_spotify=False), application="everheard token")) as db:
        if options.action == "create":
            token = insert_token(
                db,
                name=options.name,
                listener=options.listener,
                may_rate=options.rate,
                may_read_all=options.everyone,
            )
            print(token)
            print("Keep it: it is shown this once. Send it as `Authorization: Bearer TOKEN`.")
        elif options.action == "revoke":
            revoke_token(db, options.number)
            print(f"{options.number} is revoked.")
        else:
            print("\n".join(map(_describe, read_tokens(db))) or "There is no token yet.")
    return 0


def _describe(token: TokenRow) -> str:
    may = "read, rate" if token.may_rate else "read"
    may += ", everyone" if token.may_read_all else ""
    used = f"last used {_say(token.last_used_at)}" if token.last_used_at else "never used"
    ended = ""
    if token.revoked_at:
        ended = f", revoked {_say(token.revoked_at)}"
    elif token.expires_at:
        ended = f", {'ended' if token.is_expired else 'ends'} {_say(token.expires_at)}"
    return to_line(
        f"{token.api_token_key:>3}  {token.token_name}  ({token.listener_name}; {may})"
        f"  made {_say(token.created_at)}, {used}{ended}"
    )


def _say(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
