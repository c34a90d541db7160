"""Section 2: /openapi.json is true, and the service stands, whatever is sent to it.

Schemathesis takes its requests from the service's own document: every operation, at the bounds of
each value, beyond them and at random. The same requests come again in each run.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from .service import Service

pytestmark = pytest.mark.contract("2")

# An answer of 5xx, or a status, header or body that the document does not have.
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "allow_header_conformance",
    "missing_required_header",
    "use_after_free",
)
# A stream of events has no end that could be waited for; test_state_events.py reads them.
STREAMS = "/events$"
SIGNING_IN = "^/auth/"


def sent(
    folder: Path, service: Service, *options: str, headers: dict[str, str] | None = None
) -> str:
    """Send what Schemathesis makes of the document; return what it says of the answers.

    What it keeps for later stays in `folder`. Raises `AssertionError` with that text when an answer
    was not what the document promises.
    """
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        "--no-color",
        "run",
        f"{service.url}/openapi.json",
        "--phases=examples,coverage,fuzzing",
        f"--checks={','.join(CHECKS)}",
        "--max-examples=20",
        "--continue-on-failure",
        "--generation-deterministic",
        "--warnings=off",
        *options,
        *(f"--header={name}: {value}" for name, value in (headers or {}).items()),
    ]
    result = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=600
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def test_whatever_an_editor_sends(
    tmp_path: Path, workers: Service, workers_editor: dict[str, str]
) -> None:
    """By a caller who may write: all but signing in and out."""
    said = sent(
        tmp_path, workers, f"--exclude-path-regex={STREAMS}|{SIGNING_IN}", headers=workers_editor
    )
    assert "Tested: 0" not in said


@pytest.mark.only(auth={"jwt", "session", "oidc", "api_key"})
def test_whatever_a_stranger_sends(tmp_path: Path, workers: Service) -> None:
    """By a caller without credentials, who tries to get some."""
    said = sent(tmp_path, workers, f"--include-path-regex={SIGNING_IN}")
    assert "Tested: 0" not in said
