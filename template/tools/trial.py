"""An update tried out in a clone, so that what is shown is exactly what will be written."""

import shutil
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from copier import VcsRef, run_copy, run_update
from copier.errors import CopierError, UnsafeTemplateError

from .edits import Change, Versions
from .origin import Origin, read_answers
from .repository import RefusalError, git, paths

TRUST = (
    "this update crosses a migration of the template, which only you can trust: read its notes, "
    "run `uvx copier update --trust --defaults --conflict rej`, then `make update-finish`"
)


@dataclass(frozen=True)
class Trial:
    """The outcome of an update, in a clone of the repository."""

    origin: Origin
    versions: Versions
    old: Mapping[str, Any]
    new: Mapping[str, Any]
    changes: tuple[Change, ...]
    news: tuple[str, ...]
    written: tuple[str, ...]

    def deliver(self, project: Path) -> None:
        """Write the outcome into the repository."""
        for path in self.written:
            source, target = self.versions.updated / path, project / path
            target.unlink(missing_ok=True)
            if source.exists() or source.is_symlink():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, target, follow_symlinks=False)
                continue
            for folder in target.parents:
                if folder == project or not folder.is_dir() or any(folder.iterdir()):
                    break
                folder.rmdir()


def attempt(project: Path, space: Path, data: Mapping[str, str], *, stay: bool, ask: bool) -> Trial:
    """Update a clone of `project` in the folder `space`; nothing else is touched.

    With `stay` the version is kept, and only the answers of `data` change.
    """
    old = read_answers(project)
    origin = Origin.fetch(old, space / "template.git")
    versions = _clone(project, space)
    with _refusals():
        _copy(old, versions.theirs)
        run_update(
            versions.updated,
            data=dict(data),
            vcs_ref=VcsRef.CURRENT if stay else None,
            defaults=not ask,
            skip_answered=ask,
            overwrite=True,
            quiet=True,
            conflict="rej",
        )
    new = read_answers(versions.updated)
    _require_sense(origin, data, new)
    with _refusals():
        _copy(new, versions.fresh)
    for path in _written(versions.updated):
        versions.keep(path.removesuffix(".rej"))
    written = _written(versions.updated)
    _require_room(project, versions, written)
    changes = tuple(versions.change(path) for path in written if not path.endswith(".rej"))
    return Trial(origin, versions, old, new, changes, versions.news(), written)


def _copy(answers: Mapping[str, Any], target: Path) -> None:
    """Make what the template makes of recorded answers, at the version that they name."""
    run_copy(
        str(answers["_src_path"]),
        target,
        data={key: value for key, value in answers.items() if not key.startswith("_")},
        vcs_ref=str(answers["_commit"]),
        defaults=True,
        quiet=True,
    )


@contextmanager
def _refusals() -> Iterator[None]:
    """Turn what Copier raises in the block into refusals."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except KeyboardInterrupt:  # Copier's own kind, at a question, is a CopierError too
            raise
        except UnsafeTemplateError as error:
            raise RefusalError(TRUST) from error
        except (CopierError, OSError, ValueError) as error:
            raise RefusalError(" ".join(str(error).split()).rstrip(".")) from error


def _clone(project: Path, space: Path) -> Versions:
    """Clone the repository, and keep its files as they are beside the clone."""
    top = git(project, "rev-parse", "--show-toplevel").strip()
    prefix = git(project, "rev-parse", "--show-prefix").strip()
    options = ("--quiet", "--no-hardlinks", "--config=core.autocrlf=false")
    git(space, "clone", *options, top, "updated")
    updated, ours = space / "updated" / prefix, space / "ours"
    shutil.copytree(updated, ours, symlinks=True, ignore=shutil.ignore_patterns(".git"))
    return Versions(space / "theirs", ours, updated, space / "fresh")


def _written(clone: Path) -> tuple[str, ...]:
    """Return every path that differs from the last commit, those that git ignores included."""
    git(clone, "add", "--all", "--force", ".")
    options = ("--cached", "--relative", "--name-only", "-z", "--no-renames")
    return tuple(paths(git(clone, "diff", *options, "HEAD")))


def _require_sense(origin: Origin, data: Mapping[str, str], new: Mapping[str, Any]) -> None:
    """Refuse a version that will not last, and answers that no question asks."""
    if not origin.knows(str(new["_commit"])):
        message = f"the template at {origin.address} has changes that are not committed there yet"
        raise RefusalError(message)
    unknown = sorted(data.keys() - new.keys())
    if unknown:
        questions = ", ".join(key for key in new if not key.startswith("_"))
        message = f"{', '.join(unknown)} is not a question; the questions are {questions}"
        raise RefusalError(message)


def _require_room(project: Path, versions: Versions, written: tuple[str, ...]) -> None:
    """Refuse to write over a file that git does not know, for nothing could bring it back."""
    for path in written:
        if not (versions.ours / path).exists() and (project / path).exists():
            message = f"the update brings {path}, and git ignores the one here: move it away first"
            raise RefusalError(message)
