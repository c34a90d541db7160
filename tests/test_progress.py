"""A run says each minute how far it is."""

from types import SimpleNamespace
from typing import Any

from tests.progress import Progress


def report(nodeid: str, when: str, *, failed: bool = False) -> Any:  # noqa: ANN401
    return SimpleNamespace(nodeid=nodeid, when=when, failed=failed)


def test_a_line_each_minute_tells_how_far_the_run_is() -> None:
    said: list[str] = []
    seconds = [0.0]
    session: Any = SimpleNamespace(testscollected=7)
    progress = Progress(session, said.append, lambda: seconds[0])
    for number in range(6):
        seconds[0] += 25
        progress.pytest_runtest_logreport(report(f"test_{number}", "setup"))
        progress.pytest_runtest_logreport(report(f"test_{number}", "call", failed=number == 1))
        progress.pytest_runtest_logreport(report(f"test_{number}", "teardown", failed=number == 1))

    assert said == ["3 of 7 tests, 75 s, 1 failed", "6 of 7 tests, 150 s, 1 failed"]
