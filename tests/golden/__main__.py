"""Write the golden file lists from what the template renders now: `make golden`."""

from pathlib import Path
from tempfile import TemporaryDirectory

from tests.golden import FOLDER, NAMED, file_list
from tests.rendering import fast_copier, snapshot

with TemporaryDirectory() as folder, fast_copier():
    template = snapshot(Path(folder) / "template")
    for name, answers in NAMED.items():
        text = file_list(template, Path(folder) / name, answers)
        (FOLDER / f"{name}.txt").write_text(text, encoding="utf-8")
