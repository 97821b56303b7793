"""Answers that are kept at one revision of the catalogue: never older than the revision that was read."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from newretail.catalog import answers as room
from newretail.catalog.answers import Answers


class Table:
    """What is in the tables: it changes, and each change has a new revision."""

    def __init__(self) -> None:
        self.value, self.revision, self.asked = 0, 1, 0

    def change(self) -> None:
        self.value += 1
        self.revision += 1

    def ask(self) -> int:
        self.asked += 1
        return self.value


@pytest.fixture
def no_transaction():
    """As in a page: Django's connection is in no transaction here, because no test database is asked for."""
    assert not connection.in_atomic_block


def test_a_change_is_seen_at_once(no_transaction):
    table, answers = Table(), Answers()
    for _ in range(3):
        assert [answers.at(table.revision, "price", table.ask) for _ in range(3)] == [table.value] * 3
        table.change()
    assert table.asked == 3


def test_who_read_an_older_revision_gets_no_kept_answer_and_leaves_none(no_transaction):
    """Two requests overlap: the slow one read its revision before the change."""
    table, answers = Table(), Answers()
    old = table.revision
    table.change()
    answers.at(table.revision, "price", table.ask)
    assert answers.at(old, "price", lambda: -1) == -1
    assert answers.at(table.revision, "price", table.ask) == table.value


def test_nothing_is_an_answer_too(no_transaction):
    table, answers = Table(), Answers()

    def ask() -> None:
        table.asked += 1

    assert [answers.at(1, "gone", ask) for _ in range(3)] == [None] * 3
    assert table.asked == 1


def test_kept_answers_have_a_bound(no_transaction, monkeypatch):
    monkeypatch.setattr(room, "KEPT", 10)
    table, answers = Table(), Answers()
    for number in range(35):
        answers.at(1, number, table.ask)
        assert len(answers._kept) <= 10


def test_a_transaction_sees_what_is_in_the_tables(in_rollback):
    """It may have changed them itself, and nobody else may see that yet."""
    table, answers = Table(), Answers()
    with transaction.atomic():
        for _ in range(2):
            answers.at(table.revision, "price", table.ask)
    assert table.asked == 2
