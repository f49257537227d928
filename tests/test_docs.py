"""The documents say what is so: links lead somewhere, and the stack file in the README works."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from planning.plan import make_plan
from settings import from_values

_ROOT = Path(__file__).parents[1]
_PAGES = [*sorted(_ROOT.glob("*.md")), *sorted((_ROOT / "docs").rglob("*.md"))]
_LINK = re.compile(r"\]\((?!https?:|mailto:)([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)

each_page = pytest.mark.parametrize("page", _PAGES, ids=lambda page: str(page.relative_to(_ROOT)))


def _anchors(page: Path) -> set[str]:
    """Return a page's headings as GitHub turns them into anchors."""
    headings = _HEADING.findall(page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@each_page
def test_every_link_leads_somewhere(page: Path) -> None:
    broken: list[str] = []
    for link in _LINK.findall(page.read_text(encoding="utf-8")):
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        if not target.exists() or (anchor and anchor not in _anchors(target)):
            broken.append(link)
    assert broken == []


def test_every_decision_is_listed() -> None:
    folder = _ROOT / "docs" / "adr"
    listed = set(_LINK.findall((folder / "README.md").read_text(encoding="utf-8")))
    assert listed == {page.name for page in folder.glob("[0-9]*.md")}


def test_the_stack_file_of_the_readme_works() -> None:
    (text,) = re.findall(r"```yaml\n(.*?)```", (_ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    config: dict[str, Any] = yaml.safe_load(text)["config"]
    assert list(make_plan(from_values(config).settings).servers) == ["qwen2-5-7b"]


def test_the_makefile_s_targets_of_the_documents_exist() -> None:
    makefile = (_ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    named = {target for page in _PAGES for target in re.findall(r"(?<![\w-])make ([a-z-]+)", _commands(page))}
    assert named
    assert named - targets == set()


def _commands(page: Path) -> str:
    """Return what stands in code: fenced blocks and inline."""
    return "\n".join(re.findall(r"```.*?```|`[^`\n]+`", page.read_text(encoding="utf-8"), re.DOTALL))
