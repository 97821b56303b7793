"""Which kinds of pages a room has: read off its templates, so that a new one cannot be forgotten by a walk."""

from __future__ import annotations

import re
from pathlib import Path

SOURCE = Path(__file__).parent.parent.parent / "src" / "newretail"
SKELETON = "skeleton.html"
EXTENDS = re.compile(r"""\{%-?\s*extends\s+["']([^"']+)["']""")


def _parents() -> dict[str, str]:
    """By each template that extends another, that other one; named as Jinja names them."""
    found = {}
    for folder in SOURCE.glob("**/jinja2"):
        for file in folder.glob("**/*.html"):
            if match := EXTENDS.search(file.read_text(encoding="utf-8")):
                found[str(file.relative_to(folder))] = match[1]
    return found


def page_templates(room: str) -> set[str]:
    """The templates of a room that are whole pages: they end up at the skeleton, and none is made from them."""
    parents = _parents()

    def is_page(name: str) -> bool:
        while name in parents:
            name = parents[name]
        return name == SKELETON

    return {name for name in parents.keys() - set(parents.values()) if name.startswith(f"{room}/") and is_page(name)}
