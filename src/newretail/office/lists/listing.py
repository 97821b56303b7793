"""What a list is: its columns, its filters, its search. Every list of the office is declared so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from newretail.office.desk import Desk

Row = dict[str, Any]
Kind = Literal["text", "long", "number", "money", "moment", "state"]
Condition = tuple[str, dict[str, Any]]  # SQL over the columns of `listed`, and its values

# How the value that a page ends with travels in an address, by the type that PostgreSQL compares it as.
CURSORS: dict[str, Callable[[str], Any]] = {
    "text": str,
    "bigint": int,
    "timestamptz": datetime.fromisoformat,
    "uuid": UUID,
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: `key` names a value of the row; `sort` is its SQL type where the list may be ordered by it.

    `text` says the value in the reader's words, `link` where it leads; money columns need `currency` in the row.
    """

    key: str
    label: Any
    kind: Kind = "text"
    sort: str = ""
    shown: bool = True
    link: Callable[[Row], str] | None = None
    text: Callable[[Any], Any] | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter: `where` is SQL over `listed` with %(KEY)s; `choices` makes it a choice, else it is typed.

    `read` makes the value out of what the address says and raises ValueError where it cannot; a filter with `always`
    is asked of every row with that value until another one is chosen.
    """

    key: str
    label: Any
    where: str
    choices: Callable[[], Sequence[tuple[str, Any]]] | None = None
    read: Callable[[str], Any] = str
    kind: str = "text"  # of the field that is typed into: text, number, date
    always: Callable[[Desk], str] | None = None
    first: bool = True  # False: under "more filters"


@dataclass(frozen=True, slots=True)
class Listing:
    """A list. `statement`: package, file and name of the SQL whose rows are listed; `key`: what tells them apart."""

    name: str
    title: Any
    statement: tuple[str, str, str]
    key: str
    key_type: str
    columns: Sequence[Column]
    filters: Sequence[Filter] = ()
    order: str = ""  # the key of a column, with a minus for the largest first; "" or "-": by the key
    search: Callable[[str], Condition | None] | None = None
    search_label: Any = ""
    right: str = ""
    empty: Any = ""
    values: Callable[[Desk, dict[str, Any]], dict[str, Any]] | None = None  # what the statement itself asks for
    dress: Callable[[Desk, list[Row]], None] | None = None  # adds names that other rooms know
    is_ready: Callable[[], bool] | None = None
    counted: bool = False
    sheet: Callable[[Desk, list[Row]], tuple[list[str], list[list[Any]]]] | None = None  # an export of its own form
    by_key: dict[str, Column] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self.by_key.update({column.key: column for column in self.columns})

    def column(self, key: str) -> Column | None:
        return self.by_key.get(key)
