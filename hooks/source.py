"""Where a new service comes from: the revision that is copied, and the address it remembers.

Copier records both in the service's answers file, and every later update starts from them.
"""

import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import yaml


class SourceError(Exception):
    """There is nothing to copy; the message is one sentence."""


def git(checkout: Path, *arguments: str) -> str | None:
    """Return what git prints in the checkout, or None when it fails."""
    command = ["git", "-C", str(checkout), *arguments]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    return result.stdout.strip() if result.returncode == 0 else None


def revision(checkout: Path, ref: str) -> str | None:
    """Return the revision to copy, and say on standard error what is worth knowing about it.

    An explicit `ref` is taken as it is. Else it is the newest release (None: Copier finds it), or
    the last commit while there is no release. Changes that are not committed are left out, for
    Copier would record a commit that does not last, and the service could never be updated.
    """
    if git(checkout, "rev-parse", "--show-toplevel") != str(checkout):
        say("This template is no git checkout: the service cannot be updated from it later.")
        return None
    changed = bool(git(checkout, "status", "--porcelain"))
    if ref:
        if changed and ref == "HEAD":
            say("Uncommitted changes are copied: the service records a commit that will not last.")
        return ref
    commit = git(checkout, "rev-parse", "--verify", "HEAD")
    if commit is None:
        message = f"{checkout} has no commit to copy from"
        raise SourceError(message)
    released = bool(git(checkout, "tag", "--list", "[0-9v]*"))
    if changed:
        origin = "the newest release" if released else f"commit {commit[:10]}"
        say(f"This checkout has uncommitted changes; they are left out, {origin} is copied.")
    return None if released else commit


def public_address(checkout: Path, commit: str) -> str | None:
    """Return the address of the repository that others can update from, if `commit` is there.

    That is the checkout's origin, when it is remote, bears no credentials and has the commit.
    """
    address = git(checkout, "remote", "get-url", "origin") or ""
    parts = urlsplit(address)
    remote = parts.scheme in {"https", "ssh"} or bool(re.match(r"git@[\w.-]+:", address))
    if not remote or parts.password or (parts.scheme == "https" and parts.username):
        return None
    return address if git(checkout, "branch", "--remotes", "--contains", commit) else None


def record_public_address(checkout: Path, destination: Path) -> None:
    """Name the public repository in the answers file instead of this machine's checkout."""
    file = destination / ".copier-answers.yml"
    text = file.read_text(encoding="utf-8")
    address = public_address(checkout, str(yaml.safe_load(text).get("_commit", "")))
    if address:
        line = re.compile(r"^_src_path: .*$", re.MULTILINE)
        file.write_text(line.sub(f"_src_path: {address}", text), encoding="utf-8")


def say(text: str) -> None:
    """Print one line on standard error."""
    print(text, file=sys.stderr)
