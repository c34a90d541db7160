"""A reader of the Prometheus text format, as far as the suite needs it."""

import re
from dataclasses import dataclass

_SAMPLE = re.compile(r"([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+\d+)?")
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True)
class Sample:
    """One line: a name, its labels and the value."""

    name: str
    labels: dict[str, str]
    value: float


class Metrics:
    """A parsed exposition."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.types: dict[str, str] = {}
        self.samples: list[Sample] = []
        for line in text.splitlines():
            if line.startswith("# TYPE "):
                _, _, name, kind = line.split(maxsplit=3)
                self.types[name] = kind
            elif line.strip() and not line.startswith("#"):
                match = _SAMPLE.fullmatch(line.strip())
                if match is None:
                    message = f"not a line of the Prometheus text format: {line!r}"
                    raise AssertionError(message)
                labels = dict(_LABEL.findall(match[2] or ""))
                self.samples.append(Sample(match[1], labels, float(match[3])))

    def select(self, name: str, **labels: str) -> list[Sample]:
        """Return the samples of that name whose labels include the given ones."""
        return [
            sample
            for sample in self.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        ]

    def total(self, name: str, **labels: str) -> float:
        """Add up the samples that `select` returns."""
        return sum(sample.value for sample in self.select(name, **labels))
