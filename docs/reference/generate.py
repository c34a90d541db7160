"""Write questions.md from copier.yml, or with `--check` say whether it is what would be written."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

REFERENCE = Path(__file__).resolve().parent
CONFIG = REFERENCE.parents[1] / "copier.yml"
INTRODUCTION = """\
# Questions

Generated from `copier.yml` by `make docs`. Every question has a default, and every combination of
answers works. Give an answer with `-d question=answer`; how to choose stands in
[choose](../choose.md).
"""
COMPUTED = """\
## Computed

What follows from the answers, by the name the template uses. Setting one with `-d` is refused.
A layer is a folder of `template/` that appears when its condition holds.

| layer | appears when |
|---|---|
"""
LAYER_START, LAYER_END = "{{ '.' if ", " else '' }}"


def question_section(name: str, question: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of one question."""
    yield f"\n## `{name}`\n"
    yield f"{question['help']}\n"
    default = question["default"]
    if question["type"] == "bool":
        yield f"Answers: `yes`, `no`. Default: `{'yes' if default else 'no'}`."
    elif "choices" in question:
        yield "| answer | means |"
        yield "|---|---|"
        for title, choice in question["choices"].items():
            if isinstance(choice, str):
                mark = " (default)" if choice == default else ""
                yield f"| `{choice}`{mark} | {title} |"
            else:
                yield f"| `{choice['value']}` | {title}: not built yet, and refused |"
    elif "{" in default:
        yield "Default: made from the project name."
    else:
        yield f"Default: `{default}`"


def reference() -> str:
    """Return the whole page."""
    config = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))
    lines = [INTRODUCTION.rstrip("\n")]
    layers = []
    for name, question in config.items():
        if name.startswith("_"):
            continue
        if question.get("when", True):
            lines += question_section(name, question)
        elif str(question["default"]).startswith(LAYER_START):
            condition = question["default"].removeprefix(LAYER_START).removesuffix(LAYER_END)
            layers.append(f"| `{name}` | `{condition}` |")
    return "\n".join([*lines, "", COMPUTED.rstrip("\n"), *layers]) + "\n"


def main() -> int:
    """Write the page, or check it, and return the exit status."""
    page = REFERENCE / "questions.md"
    if "--check" not in sys.argv:
        page.write_text(reference(), encoding="utf-8")
        return 0
    if page.is_file() and page.read_text(encoding="utf-8") == reference():
        return 0
    print(f"Error: {page} is not what copier.yml says: run `make docs`.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
