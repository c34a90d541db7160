"""Rendering in process, fast enough to render every combination."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import jinja2
from copier import run_copy
from copier._jinja_ext import CopierTemplateLoader, SandboxedEnvironment
from copier._main import Worker
from plumbum import local

from tests import working_tree

SOURCES = ("copier.yml", "hooks", "partials", "template")


def snapshot(target: Path) -> Path:
    """Copy what Copier reads, without git, so that rendering needs no clone."""
    return working_tree.copy(target, *SOURCES)


def render(template: Path, target: Path, answers: Mapping[str, Any]) -> Path:
    """Render into `target`; two layers that meet in one file raise instead of overwriting."""
    run_copy(str(template), target, data=dict(answers), defaults=True, quiet=True)
    return target


@contextmanager
def fast_copier(clones_of: Path | None = None) -> Iterator[None]:
    """Make Copier compile each string once, for all renders within the block.

    Copier compiles every part of every path anew in each render, which is most of its time, and
    asks git about each file it writes. By default git is hidden, and templates are plain folders;
    with `clones_of` Copier makes its clones, all of that checkout as it stands. Here are the only
    private names of Copier that the tests touch; `test_a_fast_render_is_a_plain_render` and
    `test_a_fast_update_is_a_plain_update` prove that the output is the same.
    """
    compile_string = SandboxedEnvironment.from_string
    make_environment: Any = Worker.jinja_env
    ask_git = Worker._sync_git_index_executable_bit  # noqa: SLF001
    compiled: dict[tuple[int, str], jinja2.Template] = {}
    environments: dict[Path, SandboxedEnvironment] = {}

    def from_string(self: SandboxedEnvironment, source: Any, *args: Any) -> jinja2.Template:  # noqa: ANN401
        if not isinstance(source, str):
            return compile_string(self, source, *args)
        key = (id(self), source)
        if key not in compiled:
            compiled[key] = compile_string(self, source, *args)
        return compiled[key]

    def jinja_env(self: Worker) -> SandboxedEnvironment:
        place = clones_of or self.template.local_abspath
        if place not in environments:
            environments[place] = make_environment.func(self)
            environments[place].loader = CopierTemplateLoader(place)
        return environments[place]

    SandboxedEnvironment.from_string = from_string  # type: ignore[method-assign,assignment]
    Worker.jinja_env = property(jinja_env)  # type: ignore[assignment,method-assign]
    Worker._sync_git_index_executable_bit = lambda *_: None  # type: ignore[method-assign]  # noqa: SLF001
    try:
        with nullcontext() if clones_of else local.env(PATH=""):
            yield
    finally:
        SandboxedEnvironment.from_string = compile_string  # type: ignore[method-assign]
        Worker.jinja_env = make_environment  # type: ignore[method-assign]
        Worker._sync_git_index_executable_bit = ask_git  # type: ignore[method-assign]  # noqa: SLF001


def files_of(project: Path) -> dict[str, bytes]:
    """Return every file of a project but git's own and those made at set-up, by its path."""
    return {
        file.relative_to(project).as_posix(): file.read_bytes()
        for file in sorted(project.rglob("*"))
        if file.is_file() and file.relative_to(project).parts[0] not in {".git", ".venv", "uv.lock"}
    }
