"""Vendored files are the ones that the list names, with their licences."""

from __future__ import annotations

from newretail.doors import vendor


def test_vendored_files_are_those_of_the_list():
    assert vendor.faults() == []
    assert len(vendor.wanted()) >= 4


def test_nothing_else_lies_there():
    listed = {vendor.home(p) / name for p in vendor.wanted() for name in [*p["files"], *p["texts"]]}
    there = {file for file in vendor.FOLDER.rglob("*") if file.is_file()}
    assert there - listed == {vendor.FOLDER / "vendor.toml", vendor.LIST}
