"""Release this checkout: what `make release VERSION=1.2.0` runs.

It moves what CHANGELOG.md has as unreleased under the version, sets the version in pyproject.toml
and uv.lock, commits, and tags. Nothing is pushed. Whatever is wrong ends in one sentence, with
nothing changed.
"""

import datetime as dt
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import yaml
from packaging.version import InvalidVersion, Version

CHECKOUT = Path(__file__).resolve().parent.parent
HEADING = "## Unreleased\n"
# What an owner reads of a change that they did not ask for has to end in one of these.
ADVICE = re.compile(r"\bnothing to do\b|\bto keep\b", re.IGNORECASE)
OWN_VERSION = {
    "pyproject.toml": re.compile(r'(?<=^version = ")[^"]+', re.MULTILINE),
    "uv.lock": re.compile(r'(?<=^name = "armature"\nversion = ")[^"]+', re.MULTILINE),
}


class ReleaseError(Exception):
    """This cannot be released; the message is one sentence that says why."""


def git(checkout: Path, *arguments: str) -> str:
    """Return what git prints; raise `ReleaseError` with its last words when it fails."""
    command = ["git", "-C", str(checkout), *arguments]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        said = (result.stdout + result.stderr).strip().splitlines() or ["nothing"]
        message = f"git {arguments[0]} failed, and said: {said[-1].rstrip('.')}"
        raise ReleaseError(message)
    return result.stdout.strip()


def parse(text: str) -> Version:
    """Return the version; raise `ReleaseError` for one that tags cannot have."""
    try:
        version = Version(text)
    except InvalidVersion as error:
        message = f"{text!r} is not a version: write `make release VERSION=1.2.0`"
        raise ReleaseError(message) from error
    if str(version) != text.removeprefix("v") or version.local:
        message = f"{text!r} is not written as tags are: v{version.public}"
        raise ReleaseError(message)
    return version


def released(checkout: Path) -> list[Version]:
    """Return every version that is tagged, oldest first; other tags are none of ours."""
    found = []
    for tag in git(checkout, "tag", "--list").splitlines():
        try:
            found.append(Version(tag))
        except InvalidVersion:
            continue
    return sorted(found)


def check(checkout: Path, version: Version) -> None:
    """Raise `ReleaseError` unless everything is committed and the version is the newest."""
    if git(checkout, "status", "--porcelain"):
        message = "there are changes that are not committed"
        raise ReleaseError(message)
    before = released(checkout)
    if before and version <= before[-1]:
        message = f"{version} is not newer than {before[-1]}, which is tagged already"
        raise ReleaseError(message)
    config = yaml.safe_load((checkout / "copier.yml").read_text(encoding="utf-8"))
    for migration in config.get("_migrations", []):
        wanted = Version(str(migration["version"]))
        if wanted not in (*before, version):
            message = f"copier.yml has a migration to {wanted}, which is not {version} nor tagged"
            raise ReleaseError(message)


def move_notes(text: str, version: Version, day: dt.date) -> str:
    """Return the changelog with what was unreleased under the version."""
    before, heading, after = text.partition(HEADING)
    if not heading:
        message = "CHANGELOG.md has no part Unreleased"
        raise ReleaseError(message)
    notes = after.split("\n## ", 1)[0]
    if not re.search(r"^[-*] \S", notes, re.MULTILINE):
        message = "CHANGELOG.md has nothing under Unreleased: say what changes for services"
        raise ReleaseError(message)
    for entry in changes_of_behaviour(notes):
        if not ADVICE.search(entry):
            message = (
                f"CHANGELOG.md has a change without advice, {entry[:60]!r}: say `To keep ...` and"
                " how, or `Nothing to do`"
            )
            raise ReleaseError(message)
    return f"{before}{HEADING}\n## {version} - {day.isoformat()}\n{after}"


def changes_of_behaviour(notes: str) -> list[str]:
    """Return the entries under Changed and Removed, each as one line."""
    parts = re.split(r"^### ", notes, flags=re.MULTILINE)
    changes = [part for part in parts if part.startswith(("Changed", "Removed"))]
    entries = [re.split(r"^[-*] ", part, flags=re.MULTILINE)[1:] for part in changes]
    return [" ".join(entry.split()) for part in entries for entry in part]


def release(checkout: Path, text: str) -> str:
    """Release, and return the tag."""
    version = parse(text)
    check(checkout, version)
    changelog = checkout / "CHANGELOG.md"
    today = dt.datetime.now(tz=dt.UTC).date()
    written = {changelog: move_notes(changelog.read_text(encoding="utf-8"), version, today)}
    for name, pattern in OWN_VERSION.items():
        content, count = pattern.subn(str(version), (checkout / name).read_text(encoding="utf-8"))
        if count != 1:
            message = f"{name} does not have the version once, but {count} times"
            raise ReleaseError(message)
        written[checkout / name] = content
    tag = f"v{version}"
    try:
        for file, content in written.items():
            file.write_text(content, encoding="utf-8")
        git(checkout, "commit", "--quiet", "--all", f"--message=Release {version}")
    except (OSError, ReleaseError):
        git(checkout, "reset", "--quiet", "--hard")  # everything was committed: check() saw to it
        raise
    git(checkout, "tag", "--annotate", f"--message=Release {version}", tag)
    return tag


def main(arguments: Sequence[str], checkout: Path) -> int:
    """Release, say what to do next, and return the exit status."""
    try:
        tag = release(checkout, arguments[0] if arguments else "")
    except (ReleaseError, OSError) as error:
        print(f"Error: {error}.", file=sys.stderr)
        return 1
    print(f"{tag} is committed and tagged here. Publish it: git push --atomic origin HEAD {tag}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], CHECKOUT))
