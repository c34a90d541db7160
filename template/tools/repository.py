"""Git, and what an update may have left behind in a repository."""

import subprocess
from pathlib import Path


class RefusalError(Exception):
    """What was asked cannot be done; the message is one sentence for the person who asked."""


def git(where: Path, *arguments: str) -> str:
    """Return what git prints; raise `RefusalError` with its last words when it fails."""
    result = run(where, *arguments)
    if result.returncode != 0:
        said = result.stderr.strip().splitlines() or ["nothing"]
        message = f"git {arguments[0]} failed, and said: {said[-1].removeprefix('fatal: ')}"
        raise RefusalError(message)
    return result.stdout


def run(where: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run git, and return how it went."""
    return subprocess.run(
        ["git", *arguments],
        cwd=where,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )


def paths(listing: str) -> list[str]:
    """Return the paths of a listing that git wrote with `-z`."""
    return sorted({path for path in listing.split("\0") if path})


def require_clean(project: Path) -> None:
    """Raise `RefusalError` unless everything is committed."""
    if git(project, "status", "--porcelain", "--", "."):
        message = "commit or stash your changes first: an update needs a clean work tree"
        raise RefusalError(message)


def rejects(project: Path) -> list[str]:
    """Return the files that hold edits which found no place."""
    listed = paths(git(project, "ls-files", "-z", "--cached", "--others", "--", "*.rej"))
    return [path for path in listed if (project / path).exists()]


def unresolved(project: Path) -> list[str]:
    """Return the files that git could not merge, or that still hold conflict markers."""
    entries = git(project, "ls-files", "-z", "--unmerged").split("\0")
    unmerged = {entry.partition("\t")[2] for entry in entries if entry}
    markers = ("-e", "^<<<<<<< ", "-e", "^>>>>>>> ")
    marked = run(project, "grep", "-lzI", "--untracked", "--all-match", *markers)
    return sorted({*unmerged, *paths(marked.stdout)})
