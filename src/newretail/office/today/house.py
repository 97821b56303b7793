"""When the house was last put to the test: rehearsal and audit, from what they left in VAR/reports."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from newretail.kit import settings


@dataclass(frozen=True, slots=True)
class Seen:
    """The last rehearsal's number and moment, the last audit's moment and laws; None where there was none."""

    rehearsal: int | None
    rehearsed_at: datetime | None
    audited_at: datetime | None
    laws: int
    laws_kept: int


def _read(file: Path) -> Any:
    try:
        return json.loads(file.read_text())
    except (OSError, ValueError):
        return None


def _moment(file: Path) -> datetime:
    return datetime.fromtimestamp(file.stat().st_mtime, UTC)


def seen_last() -> Seen:
    """What the reports say."""
    folder = settings.VAR.path / "reports"
    reports = [
        (int(number), file)
        for file in folder.glob("rehearsal-*.json")
        if (number := file.stem.rpartition("-")[2]).isdigit()
    ]
    newest = max(reports, default=None)
    audit = folder / "audit.json"
    laws = _read(audit) or []
    return Seen(
        newest[0] if newest is not None else None,
        _moment(newest[1]) if newest is not None else None,
        _moment(audit) if laws else None,
        len(laws),
        sum(bool(law.get("holds")) for law in laws),
    )
