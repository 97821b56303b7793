"""The money of orders that are placed: balances as pools of the plan, charges and payments as rows of the batch."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import numpy as np
import numpy.typing as npt

from newretail.pay.api import (
    BY_PROVIDER,
    HOUSE,
    PROVIDERS,
    Asked,
    CallKind,
    Charges,
    Effects,
    Kind,
    Payment,
    PaymentState,
    Settlement,
    Tender,
    payment_id,
)
from newretail.trade.batch import Batch
from newretail.trade.tenders import Bill, sales_accounts

Ints = npt.NDArray[np.int64]
_PROVIDER_NAMES = {number: name for name, number in PROVIDERS.items()}
_OWNER = (1 << 40) - 1


def charges_of(batch: Batch, bill: Bill, accepted: npt.NDArray[np.bool_], ledger: int) -> Charges:
    """What accepted orders pay now, or have held until the rest of their money is there."""
    which = np.flatnonzero(accepted[bill.order] & bill.is_paid_at_once)
    order = bill.order[which]
    waits = (bill.settlement[order] == Settlement.BY_PROVIDER) & bill.is_house[which]
    return Charges(
        order_ids=batch.ids[order],
        step=bill.place[which],
        debit_id=bill.account[which],
        credit_id=sales_accounts(batch.channel[order], ledger),
        amount_minor=bill.amount[which],
        kind=np.where(waits, int(Kind.PENDING), int(Kind.SINGLE)),
    )


def payments_of(batch: Batch, bill: Bill, accepted: npt.NDArray[np.bool_], effects: Effects, batch_number: int) -> None:
    """Note the payments of those accepted orders that are not paid with the order itself, and whom to ask for them."""
    by_row = bill.settlement >= Settlement.BY_PROVIDER
    which = np.flatnonzero((accepted & by_row)[bill.order])
    until = effects.at + timedelta(seconds=effects.unpaid_seconds)
    for index in which.tolist():
        order = int(bill.order[index])
        waits = int(bill.settlement[order]) == Settlement.BY_PROVIDER
        order_id = batch.order_id(order)
        place, tender = int(bill.place[index]), Tender(int(bill.tender[index]))
        account, amount = int(bill.account[index]), int(bill.amount[index])
        expires_at = until if waits else None
        payment = new_payment(order_id, place, tender, account, amount, effects.at, expires_at, batch_number)
        if payment.tender in BY_PROVIDER:
            effects.calls.append(Asked(CallKind.CREATE, payment, payment.amount_minor))
        elif payment.tender in HOUSE and waits:
            payment.state = PaymentState.AUTHORISED
            payment.held_minor, payment.hold_step = payment.amount_minor, int(bill.place[index])
        elif payment.tender != Tender.ON_DELIVERY:
            payment.state = PaymentState.CAPTURED
            payment.captured_minor = payment.received_minor = payment.amount_minor
        effects.opened.append(payment)


def new_payment(
    order_id: UUID,
    place: int,
    tender: Tender,
    account: int,
    amount: int,
    at: datetime,
    expires_at: datetime | None,
    batch_number: int,
) -> Payment:
    """A payment that nothing has happened to yet."""
    return Payment(
        payment_id=payment_id(order_id, place),
        order_id=order_id,
        tender=tender,
        state=PaymentState.CREATED,
        provider=_PROVIDER_NAMES[account & _OWNER] if tender in BY_PROVIDER else "",
        provider_ref="",
        account_id=account,
        asked_minor=amount,
        amount_minor=amount,
        created_at=at,
        updated_at=at,
        expires_at=expires_at,
        batch_number=batch_number,
    )
