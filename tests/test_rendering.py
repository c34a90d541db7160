"""What makes Copier fast changes nothing of what it makes."""

from pathlib import Path

from tests.checkout import Checkout
from tests.rendering import fast_copier, files_of, render
from tests.updating import commit, scaffold, update


def test_a_fast_render_is_a_plain_render(template: Path, tmp_path: Path) -> None:
    answers = {"project_name": "Shop", "auth": "none", "ci": "gitlab", "license": "mit"}
    plain = render(template, tmp_path / "plain", answers)
    with fast_copier():
        render(template, tmp_path / "other", {"example": False})
        fast = render(template, tmp_path / "fast", answers)

    assert files_of(fast) == files_of(plain)


def test_a_fast_update_is_a_plain_update(released: Checkout, tmp_path: Path) -> None:
    answers: dict[str, str | bool] = {"auth": "none", "license": "mit"}
    plain, fast = (scaffold(released, tmp_path / name) for name in ("plain", "fast"))
    update(plain, answers, keep_version=True)
    with fast_copier(clones=True):
        update(fast, {"ci": "none"}, keep_version=True)
        commit(fast, "Switch")
        update(fast, {"ci": "github", **answers}, keep_version=True)

    assert files_of(fast) == files_of(plain)
