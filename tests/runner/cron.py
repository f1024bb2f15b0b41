"""Reading a line of cron, to lay it beside a line of the schedule."""

from runner.schedule import Line

DAY_MINUTES = 24 * 60


def list_starts(cron: str) -> list[int]:
    """Return the minutes of a day at which the times of a cron line start; it does so daily."""
    minute, hour, *rest = cron.split()
    assert rest == ["*", "*", "*"], f"{cron}: teach this test to read it"
    return [60 * at + past for at in _read_field(hour, 24) for past in _read_field(minute, 60)]


def list_line_starts(line: Line) -> list[int]:
    """Return the minutes of a day at which the stretches of a line of the schedule begin."""
    return list(range(line.at // 60, DAY_MINUTES, line.every // 60))


def find_intervals(starts: list[int]) -> set[int]:
    """Return how many minutes lie between the starts of a day, midnight included."""
    ordered = sorted(starts)
    following = [*ordered[1:], ordered[0] + DAY_MINUTES]
    return {later - earlier for earlier, later in zip(ordered, following, strict=True)}


def _read_field(field: str, end: int) -> list[int]:
    found: list[int] = []
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.replace("*", f"0-{end - 1}").partition("-")
        found += range(int(first), int(last or first) + 1, int(step or 1))
    return found
