"""Rules of the house that no linter knows."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.apps import apps
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.questioner import NonInteractiveMigrationQuestioner
from django.db.migrations.state import ProjectState
from django.utils.translation import deactivate_all

from newretail.kit import settings

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "newretail"
ROOMS = sorted(folder for folder in SOURCE.iterdir() if (folder / "__init__.py").exists())
PAGES = sorted(page for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *SOURCE.glob("**/*.md")])
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
LINES_LIMIT = 400


def _anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, made as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def test_no_migration_is_missing():
    """The models say what the migrations make; a forgotten migration would fail on the user's machine only."""
    deactivate_all()  # names of fields are words too, and another test may have left its language behind
    loader = MigrationLoader(None)
    asked = NonInteractiveMigrationQuestioner(specified_apps=None, dry_run=True)
    detector = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps), asked)
    assert list(detector.changes(graph=loader.graph)) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_in_the_docs_lead_somewhere(page):
    """Every relative link of a page names a file that exists, and an anchor that exists in it."""
    for target in LINK.findall(page.read_text()):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = unquote(target).partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), f"{page.name} links to {target}"
        assert not anchor or file.suffix != ".md" or anchor in _anchors(file), f"{page.name} links to {target}"


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_every_room_says_what_it_is_for(room):
    assert len((room / "README.md").read_text().split()) > 30


def test_settings_page_is_the_settings_file():
    """docs/settings.md names every setting with its default and purpose, and no other."""
    table = re.findall(r"^\| `(\w+)` \| (.*?) \| (.*) \|$", (ROOT / "docs" / "settings.md").read_text(), re.MULTILINE)
    expected = [(s.name, f"`{s.default}`" if s.default else "–", s.purpose.replace("|", "\\|")) for s in settings.ALL]
    assert table == expected


def test_python_files_fit_in_the_head():
    """A file of more than 400 lines hides a second idea."""
    long = [f for f in [*ROOT.glob("src/**/*.py"), *ROOT.glob("tests/**/*.py")] if "migrations" not in f.parts]
    assert [str(f.relative_to(ROOT)) for f in long if len(f.read_text().splitlines()) > LINES_LIMIT] == []


def test_the_lock_names_public_hosts_only():
    """A lock file with the address of somebody's mirror would install nowhere else."""
    hosts = set(re.findall(r"https?://([^/\"]+)", (ROOT / "uv.lock").read_text()))
    assert hosts <= {"pypi.org", "files.pythonhosted.org"}


FORBIDDEN = {
    "now() and its kin: times are parameters": r"\b(now\s*\(|current_timestamp|clock_timestamp|statement_timestamp)",
    "advisory locks": r"pg_(try_)?advisory",
    "LISTEN and NOTIFY": r"\b(listen|notify|pg_notify)\b",
    "triggers": r"\bcreate\s+(or\s+replace\s+)?trigger\b",
    "MERGE": r"\bmerge\s+into\b",
    "sequences: ids are made in the application": r"\b(nextval|bigserial|serial|generated\s+\w+\s+as\s+identity)\b",
    "recursion over shards": r"\bwith\s+recursive\b",
}
CELL_STATEMENTS = sorted(file for file in SOURCE.glob("**/sql/**/*.sql") if "{cell}" in file.read_text())


@pytest.mark.parametrize("file", CELL_STATEMENTS, ids=lambda file: str(file.relative_to(SOURCE)))
def test_no_statement_on_a_cell_does_what_a_distributed_engine_cannot(file):
    """The same statements must run on Citus; what does not, measured there, is not written here."""
    text = re.sub(r"--.*", "", file.read_text().lower())
    assert [what for what, pattern in FORBIDDEN.items() if re.search(pattern, text)] == []
