"""What the tests of money share: a writer whose shoppers have money, and words for what providers say."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from newretail.cloud.api import CellPlace
from newretail.kit.ids import uuid7
from newretail.pay.api import (
    EventKind,
    MoneyVerdict,
    Outcome,
    ProviderEvent,
    RefundAsk,
    Stage,
    Tender,
    TopUpAsk,
    balances,
    credit,
    ledger_of,
    payment_id,
    sales_account,
    suspense_account,
    tender_account,
    top_up_id,
)
from newretail.trade.changes import Ask, change_orders
from newretail.trade.money import CaptureAsk, EventVerdict, GiveUpAsk, OpenAsk
from newretail.trade.moves import MoveRequest
from newretail.trade.orders import OrderRequest, TenderRequest
from newretail.trade.rules import Channel, State
from newretail.trade.tests.desk_work import Writer, order

USD = ledger_of("USD")
PRICE = 500  # of every SKU of a scratch cell
WALLET = TenderRequest("wallet")
CARD = TenderRequest("card", provider="stripe")
AT_THE_DOOR = TenderRequest("on_delivery")


def part(tender: str, amount: int | None = None, **more: Any) -> TenderRequest:
    return TenderRequest(tender, amount, **more)


@dataclass
class Cashier(Writer):
    """A writer who also moves orders and money, and can look into the books."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def node(self) -> str:
        return next(iter(self.nodes))

    @property
    def node_id(self) -> int:
        return self.nodes[self.node]

    def fund(self, buyer: int, amount: int, tender: Tender = Tender.WALLET) -> None:
        self.fund_all({buyer: amount}, tender)

    def fund_all(self, amounts: dict[int, int], tender: Tender = Tender.WALLET) -> None:
        place = CellPlace(self.cell, 1, "US", "USD", "", None, None)
        credit(self.connection, place, tender, amounts, self.now)

    def order(self, units: int, *pay: TenderRequest, buyer: int = 7, sku: str = "sku-1", **more: Any) -> OrderRequest:
        return order(self.node, (sku, units), buyer=buyer, pay=list(pay) or None, **more)

    def buy(self, units: int, *pay: TenderRequest, **more: Any) -> UUID:
        """Place an order that must be accepted; return its id."""
        request = self.order(units, *pay, **more)
        assert self.reasons(request) == ["accepted"]
        return request.order_id

    def ask(self, *asks: Ask) -> list[Any]:
        return list(change_orders(self.connection, self.memory, asks, self.now))

    def move(self, order_id: UUID, to_state: State) -> bool:
        return bool(self.ask(MoveRequest(order_id, to_state, "test", "asked"))[0].done)

    def hear(self, order_id: UUID, kind: EventKind, amount: int, place: int = 0, **more: Any) -> Outcome:
        """What is made of one event about a payment of an order."""
        verdict = self.ask(said(order_id, kind, amount, place, **more))[0]
        assert isinstance(verdict, EventVerdict)
        assert verdict.outcome is not None
        return verdict.outcome

    def refund(
        self, order_id: UUID, *lines: tuple[int, int, int | None], amount: int | None = None, **more: Any
    ) -> Any:
        ask = RefundAsk(more.pop("refund_id", None) or uuid4(), order_id, "why not", "ann", lines, amount, **more)
        return self.money(ask)

    def capture(self, order_id: UUID, amount: int | None = None) -> MoneyVerdict:
        return self.money(CaptureAsk(order_id, amount))

    def open(self, order_id: UUID, *tenders: TenderRequest) -> MoneyVerdict:
        return self.money(OpenAsk(order_id, tenders))

    def top_up(self, amount: int, buyer: int = 7, *, its_id: UUID | None = None, by: str = "stripe") -> MoneyVerdict:
        """Ask for money to be added to a wallet by a card; the verdict's `order_id` is the top-up's id."""
        return self.money(TopUpAsk(its_id or top_up_id(uuid7()), buyer, amount, Tender.CARD, by))

    def stage(self, its_id: UUID) -> Stage:
        """How far a top-up is, as its row says."""
        return Stage(self.one("SELECT stage FROM {c}.pay_top_up WHERE top_up_id = %s", [its_id])[0])

    def money(self, ask: Ask) -> MoneyVerdict:
        verdict = self.ask(ask)[0]
        assert isinstance(verdict, MoneyVerdict)
        return verdict

    def give_up(self, after: timedelta = timedelta(hours=1)) -> int:
        return int(change_orders(self.connection, self.memory, [GiveUpAsk()], self.now + after)[0])  # type: ignore[arg-type]

    def state(self, order_id: UUID) -> State:
        return State(self.one("SELECT state FROM {c}.trade_order WHERE order_id = %s", [order_id])[0])

    def payment(self, order_id: UUID, place: int = 0) -> dict[str, Any]:
        """The row of a payment, by column."""
        row = self.one("SELECT to_jsonb(p) FROM {c}.pay_payment p WHERE payment_id = %s", [payment_id(order_id, place)])
        return dict(row[0])

    def calls(self, order_id: UUID) -> list[tuple[int, int]]:
        """(kind, amount) of what providers are to be asked about an order, in order."""
        found = self.one(
            "SELECT coalesce(array_agg(ARRAY[kind, amount_minor] ORDER BY batch_number, created_at, kind), '{{}}')"
            " FROM {c}.pay_call WHERE order_id = %s",
            [order_id],
        )
        return [tuple(call) for call in found[0]]

    def call_id(self, order_id: UUID, kind: int) -> UUID:
        row = self.one("SELECT call_id FROM {c}.pay_call WHERE order_id = %s AND kind = %s", [order_id, kind])
        return UUID(str(row[0]))

    def balance(self, account: int) -> int:
        """Credits less debits, posted; 0 where there is no such account."""
        found = balances(self.connection, self.cell, [account]).get(account)
        return 0 if found is None else found.credits_posted - found.debits_posted

    def wallet(self, buyer: int = 7) -> int:
        return self.balance(tender_account(USD, Tender.WALLET, buyer))

    def held(self, account: int) -> int:
        found = balances(self.connection, self.cell, [account]).get(account)
        return 0 if found is None else found.debits_pending

    @property
    def sales(self) -> int:
        return sum(self.balance(sales_account(USD, channel)) for channel in Channel)

    @property
    def suspense(self) -> int:
        return self.balance(suspense_account(USD))

    @property
    def stripe(self) -> int:
        """What the provider owes us."""
        return -self.balance(tender_account(USD, Tender.CARD, 1))


def said(
    order_id: UUID,
    kind: EventKind,
    amount: int,
    place: int = 0,
    *,
    ref: str = "pi_1",
    event_id: str = "",
    call_id: UUID | None = None,
    currency: str = "USD",
    provider: str = "stripe",
    detail: str = "",
) -> ProviderEvent:
    now = datetime.now(UTC)
    its_id = event_id or str(uuid7())
    about = payment_id(order_id, place)
    return ProviderEvent(provider, its_id, kind, about, amount, currency, ref, now, call_id, detail)
