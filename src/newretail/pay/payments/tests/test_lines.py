"""Units of a line: nothing is lost to rounding, whoever takes them in whatever portions."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from newretail.pay.api import Effects, OrderMoney, RefundAsk, Settlement, Tender, ledger_of, payment_id, refund
from newretail.pay.payments.lines import part_of_line
from newretail.pay.payments.money import Payment
from newretail.pay.payments.rules import PaymentState, Stage

AMOUNTS = st.integers(-(10**13), 10**13)


@given(AMOUNTS, st.lists(st.integers(0, 50), min_size=1, max_size=10))
def test_units_in_any_portions_come_to_the_lines_share(share: int, portions: list[int]) -> None:
    quantity = sum(portions) or 1
    taken, total = 0, 0
    for portion in portions:
        total += part_of_line(share, quantity, taken, portion)
        taken += portion
    assert total == (share if taken == quantity else 0)


ORDER = UUID("01936f5e-7c00-7abc-8def-0123456789ab")
LINES = st.lists(st.tuples(st.integers(1, 20), st.integers(1, 10**9)), min_size=1, max_size=4)
ASKS = st.lists(
    st.tuples(st.integers(1, 4), st.integers(0, 21), st.one_of(st.none(), st.integers(0, 10**9))), max_size=30
)


def _paid(costs: list[int], lines: list[list[int]], tenders: int) -> OrderMoney:
    """An order that was paid by wallet and points, about half each."""
    at, total = datetime(2026, 11, 11, tzinfo=UTC), sum(costs)
    money = OrderMoney(ORDER, 7, 1, 1, Settlement.BY_PROVIDER, Stage.STANDING, total, lines, costs)
    ways = (Tender.WALLET, Tender.POINTS)[:tenders] if total > 1 else (Tender.WALLET,)
    shares = [total // len(ways) + (total % len(ways) if place == 0 else 0) for place in range(len(ways))]
    for place, (tender, share) in enumerate(zip(ways, shares, strict=True)):
        money.payments.append(
            Payment(
                *(payment_id(ORDER, place), ORDER, tender, PaymentState.CAPTURED, "", "", place + 1),
                *(share, share, at, at, None, 1),
                captured_minor=share,
                received_minor=share,
            )
        )
    return money


@given(LINES, ASKS, st.integers(1, 2))
def test_refunds_of_units_come_to_what_their_line_cost_and_no_refund_goes_beyond_line_or_tender(rows, asks, tenders):
    """Whatever is asked for, in units or in money; and units asked for without an amount give the line back exactly."""
    costs = [cost for _, cost in rows]
    lines = [[number, quantity, 1] for number, (quantity, _) in enumerate(rows, 1)]
    money = _paid(costs, lines, tenders)
    effects = Effects(ledger_of("KRW"), money.payments[0].created_at, uuid4)
    units, back, by_units = [0] * len(rows), [0] * len(rows), [True] * len(rows)
    for line, quantity, said in [*asks, *((n, lines[n - 1][1] - 0, None) for n in range(1, len(rows) + 1))]:
        if line > len(rows):
            continue
        wanted = min(quantity, lines[line - 1][1] - units[line - 1]) if said is None else quantity
        verdict = refund(effects, money, RefundAsk(uuid4(), ORDER, "why", "ann", ((line, wanted, said),)))
        if verdict.done:
            units[line - 1] += wanted
            back[line - 1] += verdict.amount_minor
            by_units[line - 1] &= said is None
        assert back[line - 1] <= costs[line - 1]
        assert units[line - 1] <= lines[line - 1][1]
    assert sum(payment.refunded_minor for payment in money.payments) == sum(back)
    assert all(payment.refunded_minor <= payment.captured_minor for payment in money.payments)
    for place, whole in enumerate(by_units):
        if whole and units[place] == lines[place][1]:
            assert back[place] == costs[place]
