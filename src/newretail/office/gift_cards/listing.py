"""The list of gift cards: found by the last letters of a code, which are all that is kept of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from newretail.office.desk import SEE_GIFT_CARDS, Desk
from newretail.office.finance.reads import places
from newretail.office.gift_cards import words
from newretail.office.lists.listing import Column, Condition, Filter, Listing, Row
from newretail.office.lists.views import register
from newretail.office.offers.words import market_choices
from newretail.office.reads import has_cells

ENDING = 4


def _search(said: str) -> Condition | None:
    """The end of a code as people type it; of a longer one, as of a whole code, only the last four letters count."""
    letters = "".join(letter for letter in said.upper() if letter.isalnum())[-ENDING:]
    return ("right(listed.ending, %(length)s) = %(ending)s", {"length": len(letters), "ending": letters})


def _cells(market_code: str) -> list[str]:
    found = [place.name for place in places() if place.market_code == market_code]
    if not found:
        raise LookupError(market_code)
    return found


def _from(text: str) -> datetime:
    return datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)


def _until(text: str) -> datetime:
    return _from(text) + timedelta(days=1)


def _dress(desk: Desk, rows: list[Row]) -> None:
    known = {place.name: place for place in places()}
    for row in rows:
        row["market_code"], row["currency"] = known[row["cell"]].market_code, known[row["cell"]].currency
        row["state_look"] = words.LOOKS[row["state"]]


def to_card(row: Row) -> str:
    return reverse("office-gift-card", args=[row["cell"], row["account_id"]])


GIFT_CARDS = register(
    Listing(
        name="gift-cards",
        title=_("Gift cards"),
        statement=("newretail.office", "gift_cards.sql", "cards"),
        key="account_id",
        key_type="bigint",
        columns=(
            Column("name", _("Ends in"), link=to_card),
            Column("state", _("State"), "state", text=lambda value: words.STATES[value]),
            Column("market_code", _("Market")),
            Column("balance_minor", _("Is on it"), "money", sort="bigint"),
            Column("held_minor", _("Held"), "money", shown=False),
            Column("value_minor", _("Issued with"), "money", sort="bigint"),
            Column("issued_at", _("Issued"), "moment", sort="timestamptz"),
            Column("expires_at", _("Ends"), "moment", sort="timestamptz"),
            Column("requested_by", _("By"), shown=False),
            Column("reason", _("Reason"), "long"),
        ),
        filters=(
            Filter("market", _("Market"), "listed.cell = ANY(%(market)s::text[])", market_choices, _cells),
            Filter("state", _("State"), "listed.state = %(state)s", lambda: list(words.STATES.items())),
            Filter("from", _("Issued from"), "listed.issued_at >= %(from)s", None, _from, "date", first=False),
            Filter("until", _("Issued until"), "listed.issued_at < %(until)s", None, _until, "date", first=False),
            Filter("batch", _("Issued together with"), "listed.request_id = %(batch)s", None, UUID, first=False),
        ),
        order="-issued_at",
        search=_search,
        search_label=_("Last letters of the code, four at most"),
        right=SEE_GIFT_CARDS,
        empty=_("No gift card matches."),
        dress=_dress,
        is_ready=has_cells,
        counted=True,
    )
)
