"""The update commands of a generated repository: nothing is lost, and nothing goes unsaid.

Most tests use a template of a few files, so that each takes about a second; the last ones hold
the same commands to the real template.
"""

import shlex
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from copier import run_copy
from tools import update as command

from tests.checkout import IDENTITY, Checkout, run
from tests.questionnaire import choices
from tests.rendering import fast_copier, files_of
from tests.small import (
    LINES,
    NEW_ICON,
    OUR_ICON,
    commit,
    edit,
    make,
    release_with_tools,
    start,
    status,
    write,
)

Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def small(tmp_path: Path) -> Checkout:
    """Return a small template, released as v1.0.0."""
    return make(tmp_path / "small")


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    """Return a function that gives a command, and returns its status, output and errors."""

    def give(project: Path, *arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        status = command.main(arguments, project)
        said = capsys.readouterr()
        return status, said.out, said.err

    return give


def answers_of(project: Path) -> dict[str, Any]:
    text = (project / ".copier-answers.yml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


def test_an_update_shows_what_it_will_do_by_pattern_and_marks_edited_files(
    small: Checkout, tmp_path: Path, say: Say
) -> None:
    project = start(small, tmp_path / "svc")
    edit(project / "core/store.py", "line 2\n", "line 2, ours\n")
    commit(project)
    edit(small.path / "template/core/store.py", "line 15\n", "line 15, theirs\n")
    (small.path / "template/core/plain.py").unlink()
    write(small.path / "template/new.txt", "new\n")
    notes = "# Changelog\n\n## 1.1.0\n\n- **cache**: run `make migrate`.\n\n## 1.0.0\n\n- old\n"
    write(small.path / "CHANGELOG.md", notes)
    small.release("v1.1.0")
    code, out, err = say(project, "update")

    assert code == 1
    assert "nothing was written: there is no terminal to ask on; YES=1 says yes" in err
    assert status(project) == ""
    assert out.splitlines() == [
        f"Template: v1.0.0 -> v1.1.0 ({small.path})",
        "",
        "Its notes:",
        "  ## 1.1.0",
        "",
        "  - **cache**: run `make migrate`.",
        "",
        "What changes here (* is a file that you edited):",
        "  cache",
        "    * changed core/store.py",
        "  furniture",
        "      changed .copier-answers.yml",
        "      removed core/plain.py",
        "      added   new.txt",
    ]

    code, again, _ = say(project, "update", "--yes")
    assert code == 0
    assert again.startswith(out)
    assert "Nothing is left to merge." in again
    merged = (project / "core/store.py").read_text(encoding="utf-8")
    assert "line 2, ours\n" in merged
    assert "line 15, theirs\n" in merged
    assert not (project / "core/plain.py").exists()
    assert answers_of(project)["_commit"] == "v1.1.0"
    commit(project, "Update")
    assert say(project, "update")[:2] == (
        0,
        "Nothing changes: this is v1.1.0 with these answers already.\n",
    )


@pytest.mark.parametrize("typed", ["y", "", "n"])
def test_on_a_terminal_the_owner_is_asked(
    small: Checkout, tmp_path: Path, say: Say, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    project = start(small, tmp_path / "svc")
    write(small.path / "template/new.txt", "new\n")
    small.release("v1.1.0")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda _: typed)

    assert say(project, "update")[0] == (0 if typed == "y" else 1)
    assert (project / "new.txt").exists() == (typed == "y")


def test_work_that_is_not_committed_stops_an_update_before_it_begins(
    small: Checkout, tmp_path: Path, say: Say
) -> None:
    project = start(small, tmp_path / "svc")
    write(project / "ours.txt", "ours\n")
    small.git("tag", "v1.1.0")

    assert say(project, "update", "--yes") == (
        1,
        "",
        "Error: commit or stash your changes first: an update needs a clean work tree.\n",
    )


def test_an_edit_that_does_not_fit_is_left_beside_the_file_until_it_is_settled(
    small: Checkout, tmp_path: Path, say: Say
) -> None:
    project = start(small, tmp_path / "svc")
    edit(project / "core/store.py", "line 2\n", "line 2, ours\n")
    commit(project)
    edit(small.path / "template/core/store.py", "line 2\n", "line 2, theirs\n")
    small.release("v1.1.0")
    code, out, err = say(project, "update", "--yes")

    assert code == 1
    assert "* changed core/store.py; your edit goes to core/store.py.rej" in out
    assert "core/store.py.rej: your edit that found no place in core/store.py: put it in" in err
    assert say(project, "finish")[0] == 1
    commit(project, "With a reject")
    assert say(project, "update", "--yes")[0] == 1, "a reject that was committed counts as well"
    (project / "core/store.py.rej").unlink()
    assert say(project, "finish")[0] == 0


def test_conflict_markers_are_seen_in_tracked_and_new_files(
    small: Checkout, tmp_path: Path, say: Say
) -> None:
    project = start(small, tmp_path / "svc")
    write(project / "core/plain.py", "<<<<<<< before\nours\n=======\ntheirs\n>>>>>>> after\n")
    write(project / "title.md", "Title\n=======\n")

    code, _, err = say(project, "finish")
    assert code == 1
    assert "core/plain.py: choose between the conflict markers" in err
    assert "title.md" not in err


def test_a_merge_that_git_has_not_finished_is_seen(
    small: Checkout, tmp_path: Path, say: Say
) -> None:
    project = start(small, tmp_path / "svc")
    run(project, "git", "switch", "--quiet", "--create", "other")
    (project / "icon.bin").write_bytes(NEW_ICON)
    commit(project)
    run(project, "git", "switch", "--quiet", "main")
    (project / "icon.bin").write_bytes(OUR_ICON)
    commit(project)
    run(project, "git", *IDENTITY, "merge", "other")

    code, _, err = say(project, "finish")
    assert code == 1
    assert "icon.bin" in err


def test_an_edited_file_that_a_release_removes_keeps_its_edit(
    small: Checkout, tmp_path: Path, say: Say
) -> None:
    project = start(small, tmp_path / "svc")
    edit(project / "core/plain.py", "line 9\n", "line 9, ours\n")
    commit(project)
    (small.path / "template/core/plain.py").unlink()
    small.release("v1.1.0")
    code, out, err = say(project, "update", "--yes")

    assert code == 1
    assert "* removed core/plain.py; your edit goes to core/plain.py.rej" in out
    assert "which the template has no more: find it another place" in err
    assert "line 9, ours" in (project / "core/plain.py.rej").read_text(encoding="utf-8")


def test_an_edited_file_that_a_switch_removes_keeps_its_edit_and_the_version_stays(
    small: Checkout, tmp_path: Path, say: Say
) -> None:
    project = start(small, tmp_path / "svc", cache="redis")
    edit(project / "deploy/redis.conf", "line 9\n", "line 9, ours\n")
    commit(project)
    write(small.path / "template/new.txt", "new\n")
    small.release("v1.1.0")
    code, out, _ = say(project, "switch", "--yes", "--answers=-d cache=memory")

    assert code == 1
    assert "Template: v1.0.0 (" in out
    assert "  cache: redis -> memory\n" in out
    assert "line 9, ours" in (project / "deploy/redis.conf.rej").read_text(encoding="utf-8")
    assert not (project / "deploy/redis.conf").exists()
    assert not (project / "new.txt").exists()
    assert answers_of(project)["_commit"] == "v1.0.0"


def test_a_replaced_binary_stays_where_copier_would_take_it_back(
    small: Checkout, tmp_path: Path, say: Say
) -> None:
    project = start(small, tmp_path / "svc")
    (project / "icon.bin").write_bytes(OUR_ICON)
    commit(project)
    write(small.path / "template/new.txt", "new\n")
    small.release("v1.1.0")

    assert say(project, "update", "--yes")[0] == 0
    assert (project / "icon.bin").read_bytes() == OUR_ICON
    assert (project / "new.txt").exists()


@pytest.mark.parametrize("theirs", [NEW_ICON, None], ids=["changed", "removed"])
def test_a_binary_that_both_sides_changed_is_kept_beside(
    small: Checkout, tmp_path: Path, say: Say, theirs: bytes | None
) -> None:
    project = start(small, tmp_path / "svc")
    (project / "icon.bin").write_bytes(OUR_ICON)
    commit(project)
    icon = small.path / "template" / "icon.bin"
    if theirs:
        icon.write_bytes(theirs)
    else:
        icon.unlink()
    small.release("v1.1.0")
    code, _, err = say(project, "update", "--yes")

    assert code == 1
    assert "icon.bin.rej: your edit" in err
    assert (project / "icon.bin.rej").read_bytes() == OUR_ICON
    assert (project / "icon.bin").exists() == bool(theirs)


def test_a_file_that_both_sides_added_is_kept(small: Checkout, tmp_path: Path, say: Say) -> None:
    project = start(small, tmp_path / "svc")
    write(project / "core/new.py", "ours = 1\n")
    commit(project)
    write(small.path / "template/core/new.py", "theirs = 2\n")
    small.release("v1.1.0")
    code, out, _ = say(project, "update", "--yes")

    assert code == 1
    assert "* changed core/new.py; your edit goes to core/new.py.rej" in out
    assert "ours = 1" in (project / "core/new.py.rej").read_text(encoding="utf-8")
    assert (project / "core/new.py").read_text(encoding="utf-8") == "theirs = 2\n"


def test_a_file_that_git_ignores_is_never_written_over(
    small: Checkout, tmp_path: Path, say: Say
) -> None:
    project = start(small, tmp_path / "svc")
    write(project / "my.secret", "ours\n")
    write(small.path / "template/my.secret", "theirs\n")
    small.git("add", "--all", "--force")
    small.release("v1.1.0")
    code, out, err = say(project, "update", "--yes")

    assert (code, out) == (1, "")
    assert "the update brings my.secret, and git ignores the one here: move it away first" in err
    assert (project / "my.secret").read_text(encoding="utf-8") == "ours\n"
    assert status(project) == ""


def test_an_edit_of_a_tracked_file_that_git_would_ignore_is_kept(
    small: Checkout, tmp_path: Path, say: Say
) -> None:
    write(small.path / "template/my.secret", LINES)
    small.git("add", "--all", "--force")
    small.release("v1.1.0")
    project = start(small, tmp_path / "svc")
    edit(project / "my.secret", "line 2\n", "line 2, ours\n")
    run(project, "git", "add", "--force", "my.secret")
    commit(project)
    edit(small.path / "template/my.secret", "line 15\n", "line 15, theirs\n")
    small.release("v1.2.0")
    say(project, "update", "--yes")

    kept = "".join(file.read_text(encoding="utf-8") for file in project.glob("my.secret*"))
    assert "line 2, ours" in kept


def test_deleted_and_owned_files_stay_as_their_owner_left_them(
    small: Checkout, tmp_path: Path, say: Say
) -> None:
    project = start(small, tmp_path / "svc")
    (project / "core/plain.py").rename(project / "core/simple.py")
    (project / "icon.bin").unlink()
    write(project / "owned.txt", "ours\n")
    commit(project)
    edit(small.path / "template/core/plain.py", "line 2\n", "line 2, theirs\n")
    edit(small.path / "template/core/store.py", "line 2\n", "line 2, theirs\n")
    write(small.path / "template/owned.txt", "theirs\n")
    write(small.path / "template/new.txt", "new\n")
    small.release("v1.1.0")
    code, out, _ = say(project, "update", "--yes")

    assert code == 0
    assert not (project / "core/plain.py").exists()
    assert not (project / "icon.bin").exists()
    assert (project / "core/simple.py").read_text(encoding="utf-8") == LINES
    assert (project / "owned.txt").read_text(encoding="utf-8") == "ours\n"
    told = out.partition("Changed in the template, not here")[2].partition("\n\n")[0]
    assert told.splitlines()[1:] == ["    core/plain.py", "    owned.txt"]


def test_what_the_owner_had_first_is_neither_a_reject_nor_a_change_that_does_not_arrive(
    small: Checkout, tmp_path: Path, say: Say
) -> None:
    project = start(small, tmp_path / "svc")
    edit(project / "core/store.py", "line 2\n", "line 2, theirs\n")
    edit(project / "core/store.py", "line 18\n", "line 18, ours\n")
    commit(project)
    edit(small.path / "template/core/store.py", "line 2\n", "line 2, theirs\n")
    write(small.path / "template/new.txt", "new\n")
    small.release("v1.1.0")
    code, out, _ = say(project, "update", "--yes")

    assert code == 0
    text = (project / "core/store.py").read_text(encoding="utf-8")
    assert "line 2, theirs\n" in text
    assert "line 18, ours\n" in text
    assert status(project).splitlines() == [" M .copier-answers.yml", "?? new.txt"]
    assert "core/store.py" not in out


def test_a_deleted_file_that_copier_would_make_anew_stays_deleted(
    small: Checkout, tmp_path: Path, say: Say
) -> None:
    project = start(small, tmp_path / "svc")
    (project / "owned.txt").unlink()
    commit(project)
    write(small.path / "template/new.txt", "new\n")
    small.release("v1.1.0")
    code, out, _ = say(project, "update", "--yes")

    assert code == 0
    assert not (project / "owned.txt").exists()
    assert "owned.txt" not in out
    assert (project / "new.txt").exists()


def test_an_answer_that_is_no_choice_any_more_stops_the_update_until_one_is_chosen(
    small: Checkout, tmp_path: Path, say: Say
) -> None:
    project = start(small, tmp_path / "svc", cache="mem")
    edit(small.path / "copier.yml", "[memory, redis, mem]", "[memory, redis]")
    small.release("v1.1.0")
    code, out, err = say(project, "update", "--yes")

    assert code == 1
    assert "  cache: mem -> memory\n" in out
    assert "takes the recorded answer to cache no more, and nothing was written" in err
    assert "ANSWERS='-d cache=...'" in err
    assert status(project) == ""
    assert say(project, "update", "--yes", "--answers=-d cache=redis")[0] == 0
    assert answers_of(project)["cache"] == "redis"
    assert (project / "deploy/redis.conf").exists()


def test_new_questions_and_dropped_ones_are_named(
    small: Checkout, tmp_path: Path, say: Say
) -> None:
    project = start(small, tmp_path / "svc")
    edit(small.path / "copier.yml", "name: {type: str, default: svc}\n", "")
    edit(small.path / "copier.yml", "redis: {", "colour: {type: str, default: red}\nredis: {")
    edit(small.path / "template/core/named.txt.jinja", "{{ name }}", "It")
    small.release("v1.1.0")
    out = say(project, "update", "--yes")[1]

    assert "  colour: red (a new question)\n" in out
    assert "  name: svc (asked no more)\n" in out


def test_a_version_that_the_template_never_had_is_one_sentence(
    small: Checkout, tmp_path: Path, say: Say
) -> None:
    project = start(small, tmp_path / "svc")
    edit(project / ".copier-answers.yml", "v1.0.0", "v1.0.0-1-gb34b645")
    commit(project)
    code, out, err = say(project, "update", "--yes")

    assert (code, out) == (1, "")
    assert err.startswith(f"Error: the template at {small.path} does not know v1.0.0-1-gb34b645")
    assert err.count("\n") == 1


def test_an_address_that_is_right_from_one_folder_only_is_refused(
    small: Checkout, tmp_path: Path, say: Say
) -> None:
    project = start(small, tmp_path / "svc")
    edit(project / ".copier-answers.yml", str(small.path), "../small")
    commit(project)

    for what in ("update", "check"):
        code, out, err = say(project, what)
        assert (code, out) == (1, "")
        assert err.startswith("Error: the template's address, ../small, is right from one folder")


def test_changes_that_are_not_committed_in_the_template_are_not_taken(
    small: Checkout, tmp_path: Path, say: Say
) -> None:
    project = start(small, tmp_path / "svc")
    first = small.git("rev-parse", "HEAD")
    small.git("tag", "--delete", "v1.0.0")
    edit(project / ".copier-answers.yml", "v1.0.0", first)
    commit(project)
    write(small.path / "template/new.txt", "never committed\n")
    code, out, err = say(project, "update", "--yes")

    assert (code, out) == (1, "")
    assert "has changes that are not committed there yet" in err
    assert status(project) == ""


def test_a_template_that_is_gone_is_one_sentence(small: Checkout, tmp_path: Path, say: Say) -> None:
    project = start(small, tmp_path / "svc")
    shutil.rmtree(small.path)

    for what in ("update", "check"):
        code, out, err = say(project, what)
        assert (code, out, err.count("\n")) == (1, "", 1), err
        assert err.startswith("Error: the ")


def test_a_migration_is_never_trusted_for_the_owner(
    small: Checkout, tmp_path: Path, say: Say
) -> None:
    project = start(small, tmp_path / "svc")
    config = small.path / "copier.yml"
    migration = '_migrations: [{version: v2.0.0, command: ["touch", "ran"]}]\n'
    write(config, config.read_text(encoding="utf-8") + migration)
    small.release("v2.0.0")
    code, out, err = say(project, "update", "--yes")

    assert (code, out) == (1, "")
    assert "crosses a migration of the template, which only you can trust" in err
    assert status(project) == ""


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ("", "say which answers: make switch ANSWERS="),
        ("-d", "expected one argument"),
        ("-d cache", "ANSWERS has 'cache' where `-d question=answer` is expected"),
        ("-d 'cache", "ANSWERS cannot be read"),
        ("--trust", "unrecognized arguments: --trust"),
        ("-d cach=redis", "cach is not a question; the questions are cache, name"),
        ("-d cache=valkey", "cache"),
        ("-d redis=.", "redis is not a question"),
    ],
)
def test_answers_that_mean_nothing_are_one_sentence(
    small: Checkout, tmp_path: Path, say: Say, answers: str, sentence: str
) -> None:
    project = start(small, tmp_path / "svc")
    code, out, err = say(project, "switch", "--yes", f"--answers={answers}")

    assert (code, out) == (1, "")
    assert err.startswith("Error: ")
    assert sentence in err
    assert err.count("\n") == 1
    assert status(project) == ""


def test_the_check_for_bots_has_three_answers(small: Checkout, tmp_path: Path, say: Say) -> None:
    project = start(small, tmp_path / "svc")
    assert say(project, "check") == (0, "up to date: 1.0.0\n", "")
    write(small.path / "template/new.txt", "new\n")
    small.release("v2.0.0rc1")
    small.git("tag", "not-a-version")
    assert say(project, "check")[0] == 0
    small.git("tag", "v1.1.0")
    assert say(project, "check") == (2, "newer: 1.1.0 (here: 1.0.0)\n", "")
    (project / ".copier-answers.yml").unlink()
    code, out, err = say(project, "check")
    assert (code, out) == (1, "")
    assert err == (
        "Error: .copier-answers.yml cannot be read, so nothing says which template this is from.\n"
    )


def test_a_service_in_a_folder_of_a_larger_repository_is_updated_alone(
    small: Checkout, tmp_path: Path, say: Say
) -> None:
    whole = tmp_path / "whole"
    project = whole / "services" / "svc"
    run_copy(str(small.path), project, defaults=True, quiet=True)
    write(whole / "other.txt", "theirs\n")
    assert run(whole, "git", "init", "--quiet", "--initial-branch=main").returncode == 0
    edit(project / "core/store.py", "line 2\n", "line 2, ours\n")
    commit(whole)
    write(whole / "other.txt", "work that goes on elsewhere\n")
    edit(small.path / "template/core/store.py", "line 15\n", "line 15, theirs\n")
    write(small.path / "template/new.txt", "new\n")
    small.release("v1.1.0")
    code, out, err = say(project, "update", "--yes")

    assert code == 0, err
    assert "    * changed core/store.py\n" in out
    assert (project / "new.txt").exists()
    assert "line 2, ours" in (project / "core/store.py").read_text(encoding="utf-8")
    assert (whole / "other.txt").read_text(encoding="utf-8") == "work that goes on elsewhere\n"


def test_a_switch_of_the_real_template_ends_where_a_fresh_copy_ends(
    released: Checkout, tmp_path: Path, say: Say
) -> None:
    answers = {"auth": "none", "example": False}
    with fast_copier(clones=True):
        project = start(released, tmp_path / "svc")
        code, out, err = say(project, "switch", "--yes", "--answers=-d auth=none -d example=no")
    # Outside, so that no part of the update stands in for it.
    fresh = start(released, tmp_path / "fresh", **answers)

    assert code == 0, err
    assert "  auth: jwt -> none\n" in out
    assert "\n  accounts\n      removed " in out
    assert "`make migration NAME=after_update` writes" in out
    expected, actual = files_of(fresh), files_of(project)
    first = "src/my_service/migrations/versions/0001_initial.py"  # its owner's: never updated
    for files in (expected, actual):
        del files[first]
    assert actual == expected


@pytest.mark.parametrize("framework", choices("framework", built=True))
def test_make_hands_answers_over_as_they_were_typed(
    small: Checkout, template: Path, tmp_path: Path, framework: str
) -> None:
    release_with_tools(small, template, tmp_path, framework)
    project = start(small, tmp_path / "svc")
    name = 'it\'s $HOME; `id` "&" $(id)'
    answers = f"ANSWERS=-d {shlex.quote('name=' + name)} -d cache=redis"
    refused = run(project, "make", "switch", answers, environment={"YES": "1"})
    assert refused.returncode == 2
    assert "YES=1 says yes" in refused.stderr, "a YES that the environment happens to have"
    assert status(project) == ""

    done = run(project, "make", "switch", answers, "YES=1")
    assert done.returncode == 0, done.stderr
    assert answers_of(project)["name"] == name
    assert answers_of(project)["cache"] == "redis"
    commit(project, "Switch")
    assert run(project, "make", "update").stdout.startswith("Nothing changes: this is v1.1.0")
    assert run(project, "make", "update-check").stdout == "up to date: 1.1.0\n"
    assert run(project, "make", "update-finish").returncode == 0
    write(project / "Makefile.rej", "ours\n")
    assert run(project, "make", "update-finish").returncode == 2
