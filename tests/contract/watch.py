"""What was seen in passing: promises broken by any response, whichever test asked for it.

The client looks at every response. What it finds is kept here and fails the test that made the
request, after the test's own assertions, so that the first thing reported is what the test is for.
"""

import threading


class Watch:
    """Collects sentences; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[str, None] = {}

    def add(self, sentence: str) -> None:
        """Keep a sentence; the same sentence is kept once."""
        with self._lock:
            self._seen[sentence] = None

    def drain(self) -> list[str]:
        """Hand over what was kept, and forget it."""
        with self._lock:
            sentences = list(self._seen)
            self._seen.clear()
        return sentences


broken_promises = Watch()
