"""Commands that tests run come to an end, and their output is not lost."""

import signal
import time
from pathlib import Path

from tests.checkout import run_into


def test_a_command_that_does_not_end_is_killed_with_all_it_started(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("before\n", encoding="utf-8")
    hangs = ("sh", "-c", "(sleep 3; echo late >late) & wait; sleep 300")
    started = time.monotonic()

    assert run_into(log, tmp_path, *hangs, environment={}, limit=1) == -signal.SIGKILL
    assert time.monotonic() - started < 60
    assert log.read_text(encoding="utf-8") == "before\n\nKilled: it had not ended after 1 s.\n"
    time.sleep(4)
    assert not (tmp_path / "late").exists()


def test_the_status_and_both_outputs_are_kept(tmp_path: Path) -> None:
    log = tmp_path / "log"
    command = ("sh", "-c", "echo $WORD; echo error >&2; exit 3")

    assert run_into(log, tmp_path, *command, environment={"WORD": "said"}, limit=60) == 3
    assert log.read_text(encoding="utf-8") == "said\nerror\n"
