"""Where the files of pictures lie: NEWRETAIL_VAR/media/ab/abcdef…/, a folder a picture, named by its key."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from newretail.catalog.media.rules import KEY
from newretail.kit import settings
from newretail.kit.ids import uuid7


def folder(key: str) -> Path:
    """The folder of a picture. What is no key names no folder (ValueError), so nobody climbs out of here."""
    if not KEY.fullmatch(key):
        raise ValueError(f"{key!r} is not the key of a picture.")
    return settings.VAR.path / "media" / key[:2] / key


def keep(key: str, files: Iterable[tuple[str, bytes]]) -> None:
    """Write files, each whole or not at all; one that is there already is written again with the same content."""
    where = folder(key)
    where.mkdir(parents=True, exist_ok=True)
    for name, content in files:
        half = where / f".{uuid7().hex}"
        half.write_bytes(content)
        os.replace(half, where / name)


def read(key: str, name: str) -> bytes | None:
    """The content of a file; None where there is none."""
    try:
        return (folder(key) / name).read_bytes()
    except FileNotFoundError:
        return None


def is_there(key: str, name: str) -> bool:
    """Are there files whose names begin with `name`, as `square_name` makes them?"""
    return any(folder(key).glob(f"{name.partition('/')[2]}-*"))


def forget(key: str) -> None:
    """Remove a picture's folder; one that is gone already is as well."""
    shutil.rmtree(folder(key), ignore_errors=True)
