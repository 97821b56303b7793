"""Vendored browser files: `python -m newretail.doors.vendor refresh|check`.

`static/vendor/vendor.toml` says which files of which npm packages are wanted, by exact version. `refresh` fetches the
packages by npm (the only command that needs it), copies the files beside their licences, and writes `VENDORED.md`, the
list of versions, licences and checksums; `check` fails where a file differs from that list. Nothing is loaded from
another host at run time.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "static" / "vendor"
LIST = FOLDER / "VENDORED.md"
HEAD = """# Vendored browser files
Made by `python -m newretail.doors.vendor refresh` from `vendor.toml`; do not edit by hand.

| file | package | version | licence | SHA-256 |
|---|---|---|---|---|
"""


def wanted() -> list[dict[str, Any]]:
    """The packages of vendor.toml: name, version, files, texts (licence files that go along)."""
    packages: list[dict[str, Any]] = tomllib.loads((FOLDER / "vendor.toml").read_text())["package"]
    return packages


def home(package: dict[str, Any]) -> Path:
    """Its folder. The version is in the path, so that browsers may keep what is there."""
    return FOLDER / f"{package['name'].replace('@', '').replace('/', '-')}-{package['version']}"


def _fetch(package: dict[str, Any], folder: Path) -> Path:
    """Unpack a package by npm, which checks its integrity; return its root."""
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("Refreshing needs npm (Debian: apt-get install npm). The market itself does not.")
    command = [npm, "pack", "--json", "--pack-destination", str(folder), f"{package['name']}@{package['version']}"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    with tarfile.open(folder / json.loads(said)[0]["filename"]) as archive:
        archive.extractall(folder, filter="data")
    return folder / "package"


def _rows(package: dict[str, Any], licence: str) -> list[str]:
    there = home(package)
    return [
        f"| {(there / name).relative_to(FOLDER)} | {package['name']} | {package['version']} | {licence} |"
        f" {hashlib.sha256((there / name).read_bytes()).hexdigest()} |"
        for name in package["files"]
    ]


def refresh() -> int:
    """Fetch everything anew; folders of versions that are not wanted any more go."""
    rows: list[str] = []
    for package in wanted():
        with tempfile.TemporaryDirectory() as scratch:
            root = _fetch(package, Path(scratch))
            shutil.rmtree(home(package), ignore_errors=True)
            for name in [*package["files"], *package["texts"]]:
                target = home(package) / name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(root / name, target)
            rows += _rows(package, json.loads((root / "package.json").read_text())["license"])
    kept = {home(package) for package in wanted()}
    for folder in FOLDER.iterdir():
        if folder.is_dir() and folder not in kept:
            shutil.rmtree(folder)
    LIST.write_text(HEAD + "\n".join(rows) + "\n")
    return check()


def faults() -> list[str]:
    """What differs from the list, a line each."""
    listed = {}
    for line in LIST.read_text().splitlines()[5:]:
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        listed[cells[0]] = cells[-1]
    lines = []
    for package in wanted():
        for name in package["files"]:
            file = home(package) / name
            path = str(file.relative_to(FOLDER))
            if not file.exists():
                lines.append(f"missing: {path}")
            elif listed.get(path) != hashlib.sha256(file.read_bytes()).hexdigest():
                lines.append(f"not what the list says: {path}")
        lines += [f"licence missing: {home(package) / n}" for n in package["texts"] if not (home(package) / n).exists()]
    return lines


def check() -> int:
    """Compare the files with the list."""
    for line in faults():
        print(line, file=sys.stderr)
    return 1 if faults() else 0


COMMANDS = {"refresh": refresh, "check": check}


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0] not in COMMANDS:
        print(f"Usage: python -m newretail.doors.vendor {'|'.join(COMMANDS)}", file=sys.stderr)
        return 2
    return COMMANDS[arguments[0]]()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
