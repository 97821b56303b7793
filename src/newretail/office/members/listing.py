"""The list of members: who has an account here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from newretail.kit.sql import statements
from newretail.markets import api as markets
from newretail.office.desk import SEE_MEMBERS, Desk
from newretail.office.lists.listing import Column, Condition, Filter, Listing, Row
from newretail.office.lists.views import register

ROOM = "newretail.office.members"
YES_NO: Sequence[tuple[str, Any]] = (("yes", _("Yes")), ("no", _("No")))


def yes_or_no(text: str) -> bool:
    return {"yes": True, "no": False}[text]


def search(words: str) -> Condition:
    number = int(words) if words.isascii() and words.isdigit() and len(words) < 19 else 0
    return statements(ROOM, "list.sql")["search"], {"words": words, "number": number}


def dress(desk: Desk, rows: list[Row]) -> None:
    """Guests have no address of their own; accounts are open or closed."""
    for row in rows:
        row["who"] = _now("Guest %(number)d") % {"number": row["id"]} if row["is_guest"] else row["email"]
        row["open"] = "yes" if row["is_active"] else "no"
        row["open_look"] = "on" if row["is_active"] else "warn"


def open_name(value: str) -> str:
    return _now("Open") if value == "yes" else _now("Closed")


MEMBERS = register(
    Listing(
        name="members",
        title=_("Members"),
        statement=(ROOM, "list.sql", "members"),
        key="id",
        key_type="bigint",
        columns=(
            Column("who", _("E-mail"), link=lambda row: reverse("office-member", args=[row["id"]])),
            Column("name", _("Name"), sort="text"),
            Column("market_code", _("Market")),
            Column("open", _("Account"), "state", text=open_name),
            Column("joined_at", _("Joined"), "moment", sort="timestamptz"),
            Column("language", _("Language"), shown=False),
            Column("last_login", _("Last signed in"), "moment", shown=False),
            Column("id", _("Buyer number"), "number", sort="bigint"),
        ),
        filters=(
            Filter("guest", _("Guests"), "listed.is_guest = %(guest)s", lambda: YES_NO, yes_or_no),
            Filter("open", _("Account open"), "listed.is_active = %(open)s", lambda: YES_NO, yes_or_no),
            Filter(
                "market",
                _("Market"),
                "listed.market_code = %(market)s",
                lambda: [(market.code, market.name) for market in markets.markets()],
            ),
        ),
        order="-joined_at",
        search=search,
        search_label=_("E-mail, name or buyer number"),
        right=SEE_MEMBERS,
        empty=_("No member matches."),
        dress=dress,
        counted=True,
    )
)
