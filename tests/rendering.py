"""Rendering in process, fast enough to render every combination."""

import hashlib
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import jinja2
import pytest
from copier import run_copy
from copier._jinja_ext import CopierTemplateLoader, SandboxedEnvironment
from copier._main import Worker
from copier._template import load_template_config
from copier._types import Phase
from copier._user_data import AnswersMap, parse_yaml_string
from copier._vcs import clone
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
def fast_copier(*, clones: bool = False) -> Iterator[None]:
    """Make Copier compile each string once, for all renders within the block.

    Copier compiles and renders every part of every path anew in each render, puts the answers
    together for each of them, reads the questions anew in each, and asks git about each file it
    writes: that is most of its time. By default git is hidden, and templates are plain folders.
    With `clones` they are git repositories, each cloned once for each commit, and rendered into
    empty folders once for all renders with the same answers. Here are the only private names of
    Copier that the tests touch; `test_a_fast_render_is_a_plain_render` and
    `test_a_fast_update_is_a_plain_update` prove that the output is the same.
    """
    with TemporaryDirectory(prefix="clones-") as kept, pytest.MonkeyPatch.context() as patch:
        patch.setattr(SandboxedEnvironment, "from_string", _compiled_once())
        patch.setattr(Worker, "jinja_env", property(_environment_once()))
        patch.setattr(Worker, "_render_string", _string_rendered_once())
        patch.setattr("copier._template.load_template_config", _read_once())
        patch.setattr(Worker, "_sync_git_index_executable_bit", lambda *_: None)
        for owner, name in ((AnswersMap, "combined"), (Worker, "answers_relpath")):
            patch.setattr(owner, name, property(_until_answered(vars(owner)[name].fget)))
        remember = "_answers_to_remember"
        patch.setattr(Worker, remember, _until_answered(vars(Worker)[remember]))
        patch.setattr("copier._user_data.parse_yaml_string", _parsed_once())
        patch.setattr("copier._template.clone", _cloned_once(Path(kept)))
        if clones:
            patch.setattr(Worker, "_render_template", _rendered_once(Path(kept)))
        with nullcontext() if clones else local.env(PATH=""):
            yield


def _compiled_once() -> Callable[..., jinja2.Template]:
    """Return a method that compiles as Jinja does, and no string a second time."""
    compile_string = SandboxedEnvironment.from_string
    compiled: dict[tuple[int, str], jinja2.Template] = {}

    def from_string(self: SandboxedEnvironment, source: Any, *args: Any) -> jinja2.Template:  # noqa: ANN401
        if not isinstance(source, str):
            return compile_string(self, source, *args)
        key = (id(self), source)
        if key not in compiled:
            compiled[key] = compile_string(self, source, *args)
        return compiled[key]

    return from_string


def _environment_once() -> Callable[[Worker], SandboxedEnvironment]:
    """Return a method that makes one environment for each template, with what it compiled."""
    make_environment: Any = Worker.jinja_env
    environments: dict[Path, SandboxedEnvironment] = {}

    def jinja_env(self: Worker) -> SandboxedEnvironment:
        place = self.template.local_abspath
        if place not in environments:
            environments[place] = make_environment.func(self)
            environments[place].loader = CopierTemplateLoader(place)
        return environments[place]

    return jinja_env


def _string_rendered_once() -> Callable[..., str]:
    """Return a method that renders as Copier does, and no part of a path a second time."""
    render_string: Callable[..., str] = vars(Worker)["_render_string"]

    def rendered(self: Worker, string: str, extra_context: dict[str, Any] | None = None) -> str:
        if extra_context or Phase.current() is not Phase.RENDER:
            return render_string(self, string, extra_context)
        known: dict[str, str] = self.__dict__.setdefault("_rendered_strings", {})
        if string not in known:
            known[string] = render_string(self, string)
        return known[string]

    return rendered


def _read_once() -> Callable[[Path], dict[str, Any]]:
    """Return a function that reads questions as Copier does, and parses no file a second time."""
    parsed: dict[tuple[Path, bytes], dict[str, Any]] = {}

    def read(path: Path) -> dict[str, Any]:
        key = (path, path.read_bytes())
        if key not in parsed:
            parsed[key] = load_template_config(path)
        return deepcopy(parsed[key])

    return read


def _parsed_once() -> Callable[[str], Any]:
    """Return a function that parses answers as Copier does, and none a second time."""
    parsed: dict[str, Any] = {}

    def parse(text: str) -> Any:  # noqa: ANN401
        if text not in parsed:
            parsed[text] = parse_yaml_string(text)
        return deepcopy(parsed[text])

    return parse


def _rendered_once(kept: Path) -> Callable[[Worker], None]:
    """Return a method that renders as Copier does, and copies what it has rendered before.

    Only into empty folders: what a folder holds already is part of what a render makes of it.
    """
    render_template: Callable[[Worker], None] = vars(Worker)["_render_template"]

    def rendered(self: Worker) -> None:
        target = self.subproject.local_abspath
        if target.exists() and any(target.iterdir()):
            render_template(self)
            return
        answers = json.dumps(self.answers.combined, sort_keys=True, default=str)
        asked = (self.template.url, self.template.local_abspath, self.exclude, answers)
        known = kept / hashlib.sha256(repr(asked).encode()).hexdigest()
        if not known.exists():
            render_template(self)
            shutil.copytree(target, known, symlinks=True)
        else:
            shutil.copytree(known, target, symlinks=True, dirs_exist_ok=True)

    return rendered


def _cloned_once(kept: Path) -> Callable[..., str]:
    """Return a function that clones as Copier does, and clones nothing a second time."""
    clones: dict[tuple[str, ...], str] = {}

    def cloned(url: str, ref: str, location: str) -> str:
        asked = (["rev-parse", f"{ref}^{{commit}}"], ["status", "--porcelain"])
        state = [subprocess.check_output(["git", "-C", url, *words], text=True) for words in asked]
        key = (url, ref, *state)
        if state[1]:
            return clone(url, ref, location)  # what is not committed has no name to know it by
        if key not in clones:
            clones[key] = clone(url, ref, str(kept / str(len(clones))))
        return clones[key]

    return cloned


def _until_answered(method: Any) -> Callable[[Any], Any]:  # noqa: ANN401
    """Make a method of answers, or of the worker that has them, compute once for each state."""
    place = f"_until_answered_{method.__name__}"

    def remembered(self: Any) -> Any:  # noqa: ANN401
        answers: AnswersMap = getattr(self, "answers", self)
        sources = (answers.user, answers.init, answers.metadata, answers.last)
        # Answers are added, and never changed while a worker lives.
        state = (*map(len, sources), len(answers.hidden), id(answers.external))
        known, value = self.__dict__.get(place, (None, None))
        if known != state:
            value = method(self)
            self.__dict__[place] = (state, value)
        return value

    return remembered


def files_of(project: Path) -> dict[str, bytes]:
    """Return every file of a project but git's own and those made at set-up, by its path."""
    return {
        file.relative_to(project).as_posix(): file.read_bytes()
        for file in sorted(project.rglob("*"))
        if file.is_file() and file.relative_to(project).parts[0] not in {".git", ".venv", "uv.lock"}
    }
