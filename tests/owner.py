"""The work of a service's owner: edits of every kind that an update has to keep.

Python keeps its meaning under these edits, so that the service's own tests can judge an update.
"""

import ast
import io
import re
import tokenize
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

# Documents and a test under names that suit the owner better.
RENAMED = {
    "docs/flags.md": "docs/switches.md",
    "tests/unit/test_sanitization.py": "tests/unit/test_cleaning.py",
}
DELETED = ("Dockerfile", ".dockerignore")
OWN_TEST = '''\
"""A test that the owner added."""


def test_ours() -> None:
    assert "ours".upper() == "OURS"
'''
MODULE = re.compile(r"`([\w./-]+\.py)`")


@dataclass
class Work:
    """What the owner did to a project: the paths by the kind of the edit."""

    project: Path
    done: dict[str, list[str]] = field(default_factory=dict)
    _number: Iterator[int] = field(default_factory=lambda: count(1))

    def do(self, later: Collection[str]) -> None:
        """Do some of everything; `later` are the files that a later version adds."""
        patterns = (self.project / "PATTERNS.md").read_text(encoding="utf-8")
        named = sorted({path for path in MODULE.findall(patterns) if "tests/" not in path})
        # Earlier states named modules that they did not have.
        modules = [path for path in named if (self.project / path).exists()]
        python = [path.relative_to(self.project) for path in sorted(self.project.rglob("*.py"))]
        example = [path.as_posix() for path in python if "product" in path.as_posix()]
        first = [path.as_posix() for path in python if path.name == "0001_initial.py"]
        self._rename()
        unnamed = [
            path.as_posix()
            for path in python
            if path.name.startswith("test_")
            and f"`{path.as_posix()}`" not in patterns
            and path.as_posix() not in example
            and "patterns" not in path.name
        ]
        self._delete(*DELETED, *unnamed[:1])
        for kind, paths in (("pattern", modules), ("example", example), ("migration", first)):
            for path in paths:
                self._edit_python(kind, path)
        self._edit_furniture()
        self._add(later)

    def _note(self, kind: str, path: str) -> None:
        self.done.setdefault(kind, []).append(path)

    def _mark(self) -> str:
        return f"ours {next(self._number)}"

    def _rename(self) -> None:
        for old, new in RENAMED.items():
            if not (self.project / old).exists():
                continue  # the first states had no tests
            (self.project / old).rename(self.project / new)
            self._note("renamed", new)
            if new.endswith(".py"):
                self._edit_python("renamed", new)
        self._name_renamed()

    def _name_renamed(self) -> None:
        """Put the new names into every page."""
        for page in self.project.rglob("*.md"):
            text = page.read_text(encoding="utf-8")
            for old, new in RENAMED.items():
                if (self.project / new).exists():
                    text = text.replace(old, new)
                    text = text.replace(f"]({Path(old).name}", f"]({Path(new).name}")
            page.write_text(text, encoding="utf-8")

    def settle(self) -> None:
        """Do by hand what an update left: use the new names again, and give up the other edits."""
        for reject in self.project.rglob("*.rej"):
            reject.unlink()
        self._name_renamed()

    def _delete(self, *paths: str) -> None:
        for path in paths:
            (self.project / path).unlink()
            self._note("deleted", path)

    def _edit_python(self, kind: str, path: str) -> None:
        file = self.project / path
        text = file.read_text(encoding="utf-8")
        edited = self._annotated(text)
        assert ast.dump(ast.parse(edited)) == ast.dump(ast.parse(text)), path
        file.write_text(edited, encoding="utf-8")
        if path not in self.done.get(kind, []):
            self._note(kind, path)

    def _annotated(self, text: str) -> str:
        """Say something above every function and class, and in longer ones; change comments."""
        lines = text.splitlines()
        above: dict[int, int] = {}
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                places = [node.decorator_list[0] if node.decorator_list else node, *node.body[2:3]]
                above |= {place.lineno: node.col_offset for place in places[:1]}
                above |= {place.lineno: place.col_offset for place in places[1:]}
        inside = _inside_strings(text)
        for turn, number in enumerate(_comments(text)):
            rest = lines[number - 1]
            # Every third is changed, every third is deleted; the others stay.
            if turn % 3 == 0:
                lines[number - 1] = f"{rest} ({self._mark()})"
            elif turn % 3 == 1 and lines.count(rest) == 1:
                lines[number - 1] = ""
        edited: list[str] = []
        for number, line in enumerate(lines, start=1):
            if number in above and number not in inside:
                edited.append(f"{' ' * above[number]}# {self._mark()}")
            edited.append(line)
        return "\n".join([*edited, f"# {self._mark()}"]) + "\n"

    def _edit_furniture(self) -> None:
        for path in ("README.md", "docs/cache.md", "docs/persistence.md", "docs/errors.md"):
            file = self.project / path
            lines = file.read_text(encoding="utf-8").splitlines()
            sentence = next((n for n, line in enumerate(lines) if line[:1].isalpha()), -1)
            lines[sentence] += f" And {self._mark()}."
            lines += ["", f"## Chapter {self._mark()}"]
            file.write_text("\n".join(lines) + "\n", encoding="utf-8")
            self._note("furniture", path)
        for path in ("Makefile", "pyproject.toml", ".env.example", ".gitignore"):
            file = self.project / path
            first, *rest = file.read_text(encoding="utf-8").splitlines()
            lines = [f"# {self._mark()}", first, f"# {self._mark()}", *rest, f"# {self._mark()}"]
            file.write_text("\n".join(lines) + "\n", encoding="utf-8")
            self._note("furniture", path)

    def _add(self, later: Collection[str]) -> None:
        self._write("docs/ours.md", f"# Our page\n\nWith {self._mark()}.\n")
        self._write("tests/unit/test_ours.py", OWN_TEST)
        met = [path for path in sorted(later) if path.endswith((".py", ".md"))][:1]
        # A package of the owner's that has the name of the update commands.
        for path in (*met, *({"tools/__init__.py"} & set(later) - set(met))):
            self._write(path, f"# {self._mark()}: we were here first\n")

    def _write(self, path: str, text: str) -> None:
        file = self.project / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        self._note("new", path)


def _comments(text: str) -> Iterator[int]:
    """Yield the lines that are a comment and nothing else, orders to tools left out."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        alone = token.type == tokenize.COMMENT and not token.line[: token.start[1]].strip()
        if alone and not re.match(r"#\s*(type|ruff|noqa|pragma|fmt|mypy)|#!", token.string):
            yield token.start[0]


def _inside_strings(text: str) -> set[int]:
    """Return the lines that begin within a string: a comment above them would be part of it."""
    inside: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.STRING:
            inside |= set(range(token.start[0] + 1, token.end[0] + 1))
    return inside
