"""Payouts: from what a merchant is owed to their bank. Proposed by one person, approved by another, then sent.

The state is written first; the transfer has an id that the payout always makes, and a run that died between is
finished by `post_unposted`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from uuid import UUID

from newretail.kit.ids import uuid7
from newretail.kit.sentences import sentence
from newretail.pay.ledger.rules import Chart
from newretail.pay.ledger.transfers import Transfer
from newretail.pay.ledger.work import balances
from newretail.pay.settlement.desk import CellBooks, Refused, post
from newretail.pay.settlement.rules import Entry, move, step_id


class PayoutState(IntEnum):
    PROPOSED = 1
    APPROVED = 2
    SENT = 3
    WITHDRAWN = 4
    RETURNED = 5


ALLOWED = {
    PayoutState.APPROVED: (PayoutState.PROPOSED,),
    PayoutState.SENT: (PayoutState.APPROVED,),
    PayoutState.WITHDRAWN: (PayoutState.PROPOSED, PayoutState.APPROVED),
    PayoutState.RETURNED: (PayoutState.SENT,),
}


@dataclass(frozen=True, slots=True)
class Payout:
    payout_id: UUID
    tenant_id: int
    amount_minor: int
    state: int
    proposed_by: str
    proposed_at: datetime
    approved_by: str | None
    approved_at: datetime | None
    ended_by: str | None
    ended_at: datetime | None
    note: str
    is_posted: bool


def payable(books: CellBooks) -> int:
    """What the merchant is owed by closed days and has not been paid, minor units."""
    account = books.account(Chart.MERCHANT_PAYABLE, books.tenant_id)
    state = balances(books.connection, books.cell, [account]).get(account)
    return state.credits_posted - state.debits_posted if state else 0


def propose(books: CellBooks, actor: str, now: datetime) -> UUID:
    """Propose to pay out all that the merchant is owed. Raises Refused."""
    owed = payable(books)
    if owed <= 0:
        raise Refused(sentence("Nothing is owed to the merchant: close the days first."))
    payout_id = uuid7()
    made = books.run("propose_payout", [payout_id, books.tenant_id, owed, actor, now]).rowcount
    if not made:
        raise Refused(sentence("A payout is open already. Approve and send it, or withdraw it."))
    return payout_id


def change(books: CellBooks, payout_id: UUID, to: PayoutState, actor: str, now: datetime, note: str = "") -> None:
    """Move a payout on. Doing it twice is doing it once. Raises Refused; who proposed it cannot approve it."""
    with books.connection.transaction():
        row = books.run("payout", [payout_id]).fetchone()
        if row is None:
            raise Refused(sentence("There is no such payout."))
        payout = Payout(*row)
        if payout.state == to:
            return
        if payout.state not in ALLOWED.get(to, ()):
            raise Refused(sentence("The payout has moved on already, or is not ready for this step."))
        if to is PayoutState.APPROVED:
            if payout.proposed_by == actor:
                raise Refused(sentence("Four eyes: somebody else must approve what you proposed."))
            books.run("approve_payout", [actor, now, payout_id])
        else:
            moves_money = to in (PayoutState.SENT, PayoutState.RETURNED)
            if moves_money and not payout.is_posted:
                raise Refused(sentence("Its last posting is still on its way to the books. Try again in a moment."))
            books.run("end_payout", [int(to), actor, now, note, not moves_money, payout_id])
    post_unposted(books, now)


def post_unposted(books: CellBooks, now: datetime) -> int:
    """Post what sent and returned payouts have moved; return how many."""
    rows = books.run("unposted_payouts").fetchall()
    for payout_id, tenant_id, amount, state in rows:
        post(books, [_transfer(books, payout_id, tenant_id, amount, PayoutState(state))], now)
        books.run("payout_is_posted", [payout_id, state])
    return len(rows)


def _transfer(books: CellBooks, payout_id: UUID, tenant_id: int, amount: int, state: PayoutState) -> Transfer:
    owed, bank = books.account(Chart.MERCHANT_PAYABLE, tenant_id), books.account(Chart.BANK)
    subject = UUID(int=payout_id.int & ~0xFF)
    if state is PayoutState.SENT:
        return move(step_id(subject, 1), payout_id, owed, bank, amount, Entry.PAYOUT)
    return move(step_id(subject, 2), payout_id, bank, owed, amount, Entry.PAYOUT_RETURNED)
