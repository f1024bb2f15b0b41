"""Commands for people, behind ``python start.py``."""

from __future__ import annotations

import argparse
import sys

from everheard import exclude, rate, token_command
from everheard.config import read_settings
from everheard.failure import Failure

#: As in everheard.setup, which is loaded only where it is asked for (a test compares).
SETUP_STEPS = (
    "history",
    "database",
    "app",
    "timezone",
    "sign-in",
    "load",
    "healthcheck",
    "runner",
)


def main(argv: list[str] | None = None) -> int:
    """Run one command; return its exit code."""
    options = _make_parser().parse_args(argv)
    if sys.stdout.encoding.lower() not in {"utf-8", "utf8"}:
        sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        return int(options.run(options))
    except Failure as failure:
        print(failure, file=sys.stderr)
        return int(failure.exit_code)
    except KeyboardInterrupt:
        print("\nStopped. The same command takes it up again.", file=sys.stderr)
        return 130


def _make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python start.py", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)

    demo = commands.add_parser("demo", help="see it all work: no account, no database, no network")
    demo.set_defaults(run=_run_demo)

    authorize = commands.add_parser("authorize", help="sign in at Spotify, or renew the sign-in")
    authorize.add_argument("--another", action="store_true", help="take a further listener in")
    authorize.add_argument("--paste", action="store_true", help="the browser is on another device")
    authorize.add_argument(
        "--port", type=int, default=8888, help="of the redirect URI, where 8888 is taken"
    )
    authorize.add_argument(
        "--wait", type=float, default=600.0, metavar="SECONDS", help="for the browser"
    )
    authorize.set_defaults(run=_run_authorize)

    doctor = commands.add_parser("doctor", help="check everything, and name each cure")
    doctor.add_argument(
        "--share", action="store_true", help="hide names and hosts: for a bug report"
    )
    doctor.set_defaults(run=_run_doctor)

    setup = commands.add_parser("setup", help="from nothing to the first plays, step by step")
    setup.add_argument("step", nargs="?", choices=SETUP_STEPS, help="do this step anew, alone")
    setup.add_argument("--port", type=int, default=8888, help="of the redirect URI")
    setup.set_defaults(run=_run_setup)

    schedule = commands.add_parser("schedule", help="make this machine a runner, or no longer")
    schedule.add_argument("word", choices=["on", "off", "status", "reset"])
    schedule.set_defaults(run=_run_schedule)

    tick = commands.add_parser("tick", help="(by the scheduler) run the job once")
    tick.set_defaults(run=_run_tick)

    judge = commands.add_parser("judge", help="(in Actions) say whether a run's end is red")
    judge.add_argument("job")
    judge.add_argument("exit_code", type=int)
    judge.set_defaults(run=_run_judge)

    watch = commands.add_parser("watch", help="(in Actions) open or close the issue")
    watch.set_defaults(run=_run_watch)

    rating = commands.add_parser("rate", help="rate an album from 0 to 100")
    rate.add_options(rating)
    rating.set_defaults(run=rate.run_rate)

    exclusion = commands.add_parser("exclude", help="leave plays out of every sum")
    exclude.add_options(exclusion)
    exclusion.set_defaults(run=exclude.run_exclude)

    token = commands.add_parser("token", help="make, list or revoke tokens of the API")
    token_command.add_options(token)
    token.set_defaults(run=token_command.run_token)

    stop = commands.add_parser("stop", help="stop the embedded database")
    stop.set_defaults(run=_run_stop)
    return parser


def _run_demo(_: argparse.Namespace) -> int:
    from everheard import demo

    demo.run_demo()
    return 0


def _run_authorize(options: argparse.Namespace) -> int:
    from everheard.authorize import authorize

    print(
        authorize(
            read_settings(needs_spotify=False),
            is_another=options.another,
            port=options.port,
            must_paste=options.paste,
            wait_seconds=options.wait,
        )
    )
    return 0


def _run_doctor(options: argparse.Namespace) -> int:
    from everheard.doctor import run_doctor

    return run_doctor(is_shared=options.share)


def _run_setup(options: argparse.Namespace) -> int:
    from everheard.setup import run_setup

    print(run_setup(options.step, port=options.port))
    return 0


def _run_schedule(options: argparse.Namespace) -> int:
    from everheard.schedule import change_schedule

    print(change_schedule(options.word, read_settings(needs_spotify=False)))
    return 0


def _run_tick(_: argparse.Namespace) -> int:
    from everheard.schedule import tick

    return tick(read_settings(needs_spotify=False))


def _run_judge(options: argparse.Namespace) -> int:
    from everheard.judge import judge

    return judge(read_settings(needs_spotify=False), options.job, options.exit_code)


def _run_watch(_: argparse.Namespace) -> int:
    from everheard.watch import watch

    print(watch(read_settings(needs_spotify=False)))
    return 0


def _run_stop(_: argparse.Namespace) -> int:
    from everheard import demo

    print(demo.stop(read_settings(needs_spotify=False).home))
    return 0


if __name__ == "__main__":
    sys.exit(main())
