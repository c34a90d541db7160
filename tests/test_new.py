"""`make new`: from one command to a repository, and every way in which it refuses."""

import os
import pty
import select
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

import new
import post_copy
import pytest
import source
import yaml

from tests.checkout import Checkout, run
from tests.questionnaire import questions

New = Callable[..., tuple[int, str, str]]


@pytest.fixture
def make_new(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> New:
    """Run hooks/new.py in process, as if from the checkout, with defaults; without set-up."""
    monkeypatch.setattr(new, "CHECKOUT", checkout.path)
    monkeypatch.setattr(post_copy, "finish", lambda _: None)

    def call(destination: Path | str, answers: str = "", ref: str = "") -> tuple[int, str, str]:
        words = ["--defaults", f"--answers={answers}", f"--ref={ref}", "--", str(destination)]
        status = new.main(words)
        said = capsys.readouterr()
        return status, said.out, said.err

    return call


def recorded(project: Path) -> dict[str, str]:
    answers: dict[str, str] = yaml.safe_load((project / ".copier-answers.yml").read_text())
    return answers


def test_one_command_makes_a_committed_repository(checkout: Checkout, tmp_path: Path) -> None:
    target = tmp_path / "my service"
    answers = "-d auth=none --data project_name='Blue Shop' -d example=no"
    result = checkout.make("new", DEST=str(target), ANSWERS=answers)

    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    assert f"Made {target}: fastapi, sqlite, memory, none.\n" in result.stdout
    assert f"cd {target}\n" in result.stdout
    assert recorded(target)["project_name"] == "Blue Shop"
    assert recorded(target)["_commit"] == checkout.git("describe", "--always")
    assert run(target, "git", "status", "--porcelain").stdout == ""
    assert run(target, "git", "rev-list", "--count", "HEAD").stdout == "1\n"
    assert (target / "uv.lock").exists()


def test_an_error_of_the_command_is_one_sentence_and_a_status(
    checkout: Checkout, tmp_path: Path
) -> None:
    target = tmp_path / "svc"
    result = checkout.make("new", DEST=str(target), ANSWERS="-d framework=rails")

    assert result.returncode != 0
    sentence, make = result.stderr.splitlines()
    assert sentence.startswith("Error: framework: 'rails' is not in ['fastapi'")
    assert make.startswith("make: ***")
    assert not target.exists()


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ("-d framework=rails", "framework: 'rails' is not in ["),
        ("-d package=class", 'package: "class" is taken by Python'),
        ("-d package='abc\n'", 'package: "abc\\n" is not a package name'),
        ("-d package=../evil", 'package: "../evil" is not a package name'),
        ("-d project_name='a\"b'", 'project_name: "a\\"b" is not a project name'),
        ("-d description=", 'description: "" is not a description'),
        ("-d example=perhaps", "example: 'perhaps' is neither yes nor no"),
        ("-d framwork=fastapi", "'framwork' is not a question; the questions are project_name, "),
        ("-d _commit=x", "'_commit' is not a question; the questions are project_name, "),
        ("-d fastapi=.", "fastapi is computed from the other answers and cannot be set"),
        ("-d db={}", "db is computed from the other answers and cannot be set"),
        ("-d framework", "ANSWERS has 'framework' where `-d question=answer` is expected"),
        ("framework=fastapi", "unrecognized arguments: framework=fastapi"),
        ("--trust", "unrecognized arguments: --trust"),
        ("-d 'framework=x", "ANSWERS cannot be read (No closing quotation)"),
    ],
)
def test_bad_answers_end_in_one_sentence(
    make_new: New, tmp_path: Path, answers: str, sentence: str
) -> None:
    status, out, said = make_new(tmp_path / "svc", answers)

    assert status == 1
    assert out == ""
    assert said.startswith(f"Error: {sentence}")
    assert said.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_the_sentence_about_an_unknown_key_lists_every_question(
    make_new: New, tmp_path: Path
) -> None:
    _, _, said = make_new(tmp_path / "svc", "-d nope=1")

    assert said.endswith(f"the questions are {', '.join(questions())}.\n")


def test_a_missing_destination_is_asked_for(make_new: New) -> None:
    status, _, said = make_new("")

    assert status == 1
    assert said == "Error: DEST is missing: write `make new DEST=../my-service`.\n"


def test_a_destination_with_files_is_never_touched(make_new: New, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine", encoding="utf-8")
    status, _, said = make_new(tmp_path)

    assert status == 1
    assert said.startswith(f"Error: {tmp_path} is not empty, and nothing in it was touched")
    assert [file.read_text(encoding="utf-8") for file in tmp_path.iterdir()] == ["mine"]


def test_an_empty_destination_is_used_and_is_empty_again_after_a_failure(
    make_new: New, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half_a_copy(_: str, where: Path, **_options: object) -> None:
        (where / "src").mkdir(parents=True)
        (where / "half.txt").touch()
        raise OSError("the disk is full")  # noqa: EM101, TRY003

    empty = tmp_path / "svc"
    empty.mkdir()
    with monkeypatch.context() as patch:
        patch.setattr(new, "run_copy", half_a_copy)
        assert make_new(empty) == (1, "", "Error: the disk is full.\n")
        assert list(empty.iterdir()) == []
        assert make_new(tmp_path / "a" / "b") == (1, "", "Error: the disk is full.\n")
        assert list(tmp_path.iterdir()) == [empty]

    assert make_new(empty)[0] == 0
    assert (empty / "pyproject.toml").exists()


def test_stopping_leaves_nothing_behind(
    make_new: New, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: str, where: Path, **_options: object) -> None:
        where.mkdir()
        raise KeyboardInterrupt

    monkeypatch.setattr(new, "run_copy", interrupted)
    assert make_new(tmp_path / "svc") == (130, "", "\nStopped: nothing was written.\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("below", ["", "/deeper/svc"])
def test_a_destination_that_is_a_file_is_refused(make_new: New, tmp_path: Path, below: str) -> None:
    file = tmp_path / "file"
    file.touch()
    status, _, said = make_new(f"{file}{below}")

    assert status == 1
    assert said == f"Error: {file} is a file, so {file}{below} cannot be made.\n"


def test_a_destination_in_the_checkout_is_refused(make_new: New, checkout: Checkout) -> None:
    status, _, said = make_new(checkout.path / "svc")

    assert status == 1
    assert "lies in the template's own checkout" in said
    assert checkout.git("status", "--porcelain") == ""


def test_no_git_is_noticed_before_anything_is_written(
    make_new: New, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    status, _, said = make_new(tmp_path / "svc")

    assert status == 1
    assert said.startswith("Error: git is not on the PATH: install git")
    assert list(tmp_path.iterdir()) == []


def test_no_package_index_at_set_up_loses_nothing(checkout: Checkout, tmp_path: Path) -> None:
    target = tmp_path / "svc"
    command = [sys.executable, str(checkout.path / "hooks" / "new.py"), "--", str(target)]
    offline = {"UV_OFFLINE": "1", "UV_CACHE_DIR": str(tmp_path / "cache")}
    result = run(tmp_path, *command, environment=offline)

    assert result.returncode == 1
    assert result.stderr.startswith("Error: the service is complete, but its lock file could not")
    assert result.stderr.count("\n") == 1
    assert (target / "pyproject.toml").exists()

    script = checkout.path / "hooks" / "post_copy.py"
    again = run(tmp_path, sys.executable, str(script), str(target))
    assert again.returncode == 0, again.stderr
    assert run(target, "git", "status", "--porcelain").stdout == ""


def test_an_unknown_revision_is_named(make_new: New, tmp_path: Path) -> None:
    assert make_new(tmp_path / "svc", ref="v9.9.9") == (
        1,
        "",
        "Error: Unknown revision: 'v9.9.9'.\n",
    )


@pytest.fixture
def make_new_of_release(released: Checkout, make_new: New, monkeypatch: pytest.MonkeyPatch) -> New:
    """As `make_new`, from a checkout of the test's own with one release."""
    monkeypatch.setattr(new, "CHECKOUT", released.path)
    return make_new


def test_the_newest_release_is_copied_and_not_what_came_after(
    released: Checkout, make_new_of_release: New, tmp_path: Path
) -> None:
    (released.path / "template" / "after.txt").touch()
    released.commit("After the release")

    assert make_new_of_release(tmp_path / "svc")[0] == 0
    assert recorded(tmp_path / "svc")["_commit"] == "v1.0.0"
    assert not (tmp_path / "svc" / "after.txt").exists()


def test_uncommitted_changes_are_left_out_with_a_word_about_it(
    released: Checkout, make_new_of_release: New, tmp_path: Path
) -> None:
    (released.path / "template" / "draft.txt").touch()
    status, _, said = make_new_of_release(tmp_path / "svc")

    assert status == 0
    assert said == (
        "This checkout has uncommitted changes; they are left out, the newest release is copied.\n"
    )
    assert not (tmp_path / "svc" / "draft.txt").exists()


def test_without_a_release_the_last_commit_is_copied_and_lasts(
    released: Checkout, make_new_of_release: New, tmp_path: Path
) -> None:
    released.git("tag", "--delete", "v1.0.0")
    (released.path / "template" / "draft.txt").touch()
    _, _, said = make_new_of_release(tmp_path / "svc")

    commit = recorded(tmp_path / "svc")["_commit"]
    assert released.git("rev-parse", commit) == released.git("rev-parse", "HEAD")
    assert "uncommitted changes; they are left out, commit " in said


def test_uncommitted_changes_are_copied_when_asked_for_with_a_warning(
    released: Checkout, make_new_of_release: New, tmp_path: Path
) -> None:
    (released.path / "template" / "draft.txt").touch()
    status, _, said = make_new_of_release(tmp_path / "svc", ref="HEAD")

    assert status == 0
    assert "a commit that will not last" in said
    assert (tmp_path / "svc" / "draft.txt").exists()


def test_the_service_remembers_the_public_repository_once_it_has_the_commit(
    released: Checkout, make_new_of_release: New, tmp_path: Path
) -> None:
    address = "https://example.com/armature.git"
    released.git("remote", "set-url", "origin", address)
    make_new_of_release(tmp_path / "public")
    assert recorded(tmp_path / "public")["_src_path"] == address

    released.git("update-ref", "-d", "refs/remotes/origin/main")
    make_new_of_release(tmp_path / "local")
    assert recorded(tmp_path / "local")["_src_path"] == str(released.path)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("https://example.com/armature", True),
        ("ssh://git@example.com/armature", True),
        ("git@example.com:team/armature.git", True),
        ("https://user:token@example.com/armature", False),
        ("https://token@example.com/armature", False),
        ("ssh://git:password@example.com/armature", False),
        ("/srv/git/armature", False),
        ("../armature", False),
    ],
)
def test_an_address_with_credentials_or_of_this_machine_is_never_remembered(
    released: Checkout, address: str, *, public: bool
) -> None:
    released.git("remote", "set-url", "origin", address)

    assert source.public_address(released.path, "v1.0.0") == (address if public else None)


def test_a_checkout_without_a_commit_has_nothing_to_copy(
    template: Path, make_new: New, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    empty = tmp_path / "armature"
    shutil.copytree(template, empty)
    run(empty, "git", "init", "--quiet")
    monkeypatch.setattr(new, "CHECKOUT", empty)

    assert make_new(tmp_path / "svc") == (1, "", f"Error: {empty} has no commit to copy from.\n")


def test_a_template_without_git_says_that_there_will_be_no_updates(
    template: Path, make_new: New, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(new, "CHECKOUT", template)
    status, _, said = make_new(tmp_path / "svc")

    assert status == 0
    assert said == (
        "This template is no git checkout: the service cannot be updated from it later.\n"
    )


def test_on_a_terminal_it_asks_and_enter_takes_the_default(
    checkout: Checkout, tmp_path: Path
) -> None:
    target = tmp_path / "svc"
    script = str(checkout.path / "hooks" / "new.py")
    command = [sys.executable, script, "--answers=-d auth=none", "--", str(target)]
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(tmp_path)
        os.execve(sys.executable, command, {**os.environ, "TERM": "xterm"})  # noqa: S606
    shown = b""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        readable, _, _ = select.select([terminal], [], [], 0.5)
        try:
            if readable:
                shown += os.read(terminal, 65536)
            else:
                os.write(terminal, b"\r")
        except OSError:
            break
    _, status = os.waitpid(child, 0)

    text = shown.decode(errors="replace")
    assert status == 0, text
    for name, question in questions().items():
        assert (question["help"][:30] in text) is (name != "auth"), name
    assert recorded(target)["auth"] == "none"
    assert recorded(target)["project_name"] == "My Service"
