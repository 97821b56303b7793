"""The order book as a list: newest first, by key."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from newretail.kit.ids import uuid7
from newretail.markets import api as markets
from newretail.office import reads
from newretail.office.desk import Desk
from newretail.office.lists.listing import Column, Condition, Filter, Listing, Row
from newretail.office.lists.views import register
from newretail.people import api as people
from newretail.stock import api as stock
from newretail.trade import api as trade

STATES = {
    "unpaid": _("Waiting for payment"),
    "placed": _("Placed"),
    "picking": _("Being picked"),
    "shipped": _("On its way"),
    "delivered": _("Handed over"),
    "cancelled": _("Cancelled"),
}
CHANNELS = {
    "web": _("Web shop"),
    "app": _("App"),
    "till": _("Till"),
    "partner": _("Corner shop"),
    "live": _("Live show"),
    "api": _("Other systems"),
}


def state_name(name: str) -> str:
    return str(STATES.get(name, name))


def _search(words: str) -> Condition | None:
    """An order id, a buyer's number, or an e-mail address."""
    try:
        return "listed.order_id = %(order_id)s", {"order_id": UUID(words)}
    except ValueError:
        buyers = people.buyers_by(words)
        return ("listed.buyer_id = ANY(%(buyers)s::bigint[])", {"buyers": buyers}) if buyers else None


def first_id_of(day: date, zone: str) -> UUID:
    """The smallest order id that a day can have: an id begins with its time, so days are ranges of the key."""
    start = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    return UUID(int=uuid7(max(int(start.timestamp() * 1000), 0)).int >> 80 << 80)


def _from(text: str) -> UUID:
    return first_id_of(date.fromisoformat(text), "UTC")


def _until(text: str) -> UUID:
    return first_id_of(date.fromisoformat(text) + timedelta(days=1), "UTC")


def node_choices() -> list[tuple[str, str]]:
    return [(node.node_code, f"{node.market_code} · {node.node_name}") for node in stock.all_nodes()]


def _node(code: str) -> int:
    node = stock.node_by_code(code)
    if node is None:
        raise LookupError(code)
    return node.node_id


def dress(desk: Desk, rows: list[Row]) -> None:
    """State, channel and store in words."""
    nodes = stock.nodes_by_id({row["node_id"] for row in rows})
    for row in rows:
        row["state"] = trade.State(row["state"]).name.lower()
        row["channel"] = trade.Channel(row["channel"]).name.lower()
        row["channel_name"] = CHANNELS.get(row["channel"], row["channel"])
        node = nodes.get(row["node_id"])
        row["node_name"] = node.node_name if node else str(row["node_id"])


ORDERS = register(
    Listing(
        name="orders",
        title=_("Orders"),
        statement=("newretail.office.orders", "list.sql", "orders"),
        key="order_id",
        key_type="uuid",
        columns=(
            Column(
                "placed_at", _("Placed"), "moment", link=lambda row: reverse("office-order", args=[row["order_id"]])
            ),
            Column("state", _("State"), "state", text=state_name),
            Column("buyer_id", _("Buyer")),
            Column("node_name", _("Store")),
            Column("channel", _("Channel"), text=lambda value: CHANNELS.get(value, value)),
            Column("total_minor", _("Total"), "money"),
            Column("market_code", _("Market"), shown=False),
            Column("cell", _("Cell"), shown=False),
            Column("order_id", _("Order id"), shown=False),
        ),
        filters=(
            Filter(
                "state",
                _("State"),
                "listed.state = %(state)s",
                lambda: list(STATES.items()),
                lambda text: int(trade.State[text.upper()]),
            ),
            Filter("node", _("Store"), "listed.node_id = %(node)s", node_choices, _node),
            Filter(
                "channel",
                _("Channel"),
                "listed.channel = %(channel)s",
                lambda: list(CHANNELS.items()),
                lambda text: int(trade.Channel[text.upper()]),
                first=False,
            ),
            Filter(
                "market",
                _("Market"),
                "listed.market_code = %(market)s",
                lambda: [(market.code, market.name) for market in markets.markets()],
                first=False,
            ),
            Filter("from", _("From day (UTC)"), "listed.order_id >= %(from)s", read=_from, kind="date", first=False),
            Filter("until", _("Until day (UTC)"), "listed.order_id < %(until)s", read=_until, kind="date", first=False),
        ),
        order="-",
        search=_search,
        search_label=_("Order id, buyer number or e-mail"),
        empty=_("No order matches."),
        dress=dress,
        is_ready=reads.has_cells,
    )
)
