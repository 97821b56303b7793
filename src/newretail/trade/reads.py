"""Reading orders as they stand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import psycopg

from newretail.cloud.api import CellPlace
from newretail.kit.ids import made_at
from newretail.kit.sql import in_cell
from newretail.markets.terms.api import Way
from newretail.pay.api import OrderMoney, Settlement
from newretail.trade.moves import money_of, read_standing
from newretail.trade.orders import LineView, MoveView, OrderView, channel_name, state_name
from newretail.trade.pricing import DISCOUNT, OFFER, PARTS, SHIPPING, TAX, line_costs

ROOM = "newretail.trade"


def find_order(
    connection: psycopg.Connection[Any], place: CellPlace, order_id: UUID, code_of: Sequence[str]
) -> OrderView | None:
    """The order with its lines and moves, or None. `code_of`: SKU codes by sku_id."""
    row = connection.execute(in_cell(ROOM, "orders.sql", "find", place.name), [order_id]).fetchone()
    if row is None:
        return None
    moves = connection.execute(in_cell(ROOM, "moves.sql", "of_order", place.name), [order_id]).fetchall()
    return _view(place, row, code_of, [MoveView(state_name(r[0]), state_name(r[1]), r[2], r[3], r[4]) for r in moves])


def orders_of_buyer(
    connection: psycopg.Connection[Any], place: CellPlace, buyer_id: int, limit: int, code_of: Sequence[str]
) -> list[OrderView]:
    """A buyer's orders of one cell, newest first, without their moves."""
    rows = connection.execute(in_cell(ROOM, "orders.sql", "of_buyer", place.name), [buyer_id, limit]).fetchall()
    return [_view(place, row, code_of, []) for row in rows]


def _view(place: CellPlace, row: Sequence[Any], code_of: Sequence[str], moves: list[MoveView]) -> OrderView:
    order_id, buyer_id, _, node_id, state, channel, total_minor, lines, settlement, way, parts = row
    costs = line_costs(lines, parts, total_minor)
    by_line = parts or [[0] * PARTS] * len(lines)
    sums = [sum(part[place] for part in by_line) for place in (DISCOUNT, SHIPPING, TAX)]
    goods = sum(quantity * unit_price for _, quantity, unit_price in lines)
    return OrderView(
        order_id=order_id,
        buyer_id=buyer_id,
        cell=place.name,
        node_id=node_id,
        market_code=place.market_code,
        currency=place.currency,
        state=state_name(state),
        channel=channel_name(channel),
        way=Way(way).slug,
        goods_minor=goods,
        discount_minor=sums[0],
        shipping_minor=sums[1],
        tax_minor=None if parts is None else sums[2],
        tax_is_on_top=total_minor != goods - sums[0] + sums[1],
        total_minor=total_minor,
        settlement=Settlement(settlement).name.lower(),
        placed_at=made_at(order_id),
        lines=[
            LineView(
                *(code_of[sku_id] if sku_id < len(code_of) else str(sku_id), quantity, price),
                *(part[DISCOUNT], part[SHIPPING], part[TAX], cost, part[OFFER], sku_id),
            )
            for (sku_id, quantity, price), part, cost in zip(lines, by_line, costs, strict=True)
        ],
        moves=moves,
    )


def moneys_of_orders(
    connection: psycopg.Connection[Any], place: CellPlace, order_ids: Sequence[UUID]
) -> dict[UUID, OrderMoney]:
    """The money of those orders of a cell that are paid here, by four statements however many they are."""
    with connection.transaction(), connection.cursor() as cursor:
        found = read_standing(cursor, place.name, order_ids)
    return {order_id: order.money for order_id, order in found.items() if order.money is not None}


def money_of_order(connection: psycopg.Connection[Any], place: CellPlace, order_id: UUID) -> OrderMoney | None:
    """The order's money as it stands; with no payments for one that is on account. None for no such order."""
    with connection.transaction(), connection.cursor() as cursor:
        order = read_standing(cursor, place.name, [order_id]).get(order_id)
    return None if order is None else order.money or money_of(order)
