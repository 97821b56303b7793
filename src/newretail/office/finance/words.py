"""What is a number in the books, in words."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from newretail.markets import api as markets
from newretail.pay import api as pay
from newretail.pay.settlement import api as settlement
from newretail.trade import api as trade

OWNED_BY_PROVIDER = {number: name for name, number in pay.PROVIDERS.items()}


def chart_name(chart: int) -> str:
    """An account's place in the chart of accounts."""
    names: dict[int, str] = {
        pay.Chart.TILL_CASH: _("Cash"),
        pay.Chart.BANK: _("Bank"),
        pay.Chart.PROVIDER_CLEARING: _("Payment provider"),
        pay.Chart.WALLET: _("Wallets"),
        pay.Chart.GIFT_CARD: _("Gift cards"),
        pay.Chart.POINTS: _("Points"),
        pay.Chart.CUSTOMER_DEPOSIT: _("Customers’ deposits"),
        pay.Chart.MERCHANT_PAYABLE: _("Owed to the merchant"),
        pay.Chart.TAX_PAYABLE: _("Tax owed"),
        pay.Chart.SUSPENSE: _("Suspense"),
        pay.Chart.SALES: _("Sales"),
        pay.Chart.COMMISSION: _("Commission"),
        pay.Chart.BREAKAGE: _("Breakage of gift cards"),
        pay.Chart.PROVIDER_FEES: _("Provider fees"),
        pay.Chart.CHARGEBACK_LOSSES: _("Chargeback losses"),
        pay.Chart.POINTS_GRANTED: _("Points granted"),
    }
    return names.get(chart, str(chart))


def channel_text(channel: int) -> str:
    names: dict[int, str] = {
        trade.Channel.WEB: _("Web shop"),
        trade.Channel.APP: _("App"),
        trade.Channel.TILL: _("Till"),
        trade.Channel.PARTNER: _("Partner"),
        trade.Channel.LIVE: _("Live show"),
        trade.Channel.API: _("Interface"),
    }
    return names.get(channel, str(channel))


def account_name(chart: int, owner: int, stores: dict[int, str] | None = None) -> str:
    """An account with its owner: a channel, a provider, a store, a merchant or a buyer."""
    name = chart_name(chart)
    if chart == pay.Chart.SALES:
        return f"{name} · {channel_text(owner)}"
    if chart == pay.Chart.PROVIDER_CLEARING:
        return f"{name} · {OWNED_BY_PROVIDER.get(owner, owner)}"
    if chart == pay.Chart.TILL_CASH and owner:
        return f"{name} · {(stores or {}).get(owner, owner)}"
    return f"{name} · {owner}" if owner and chart != pay.Chart.MERCHANT_PAYABLE else name


def tender_text(tender: int) -> str:
    names: dict[int, str] = {
        pay.Tender.WALLET: _("Wallet"),
        pay.Tender.GIFT_CARD: _("Gift card"),
        pay.Tender.POINTS: _("Points"),
        pay.Tender.CARD: _("Card"),
        pay.Tender.BANK: _("Bank transfer"),
        pay.Tender.CASH: _("Cash"),
        pay.Tender.TILL_CARD: _("Card at the till"),
        pay.Tender.ON_DELIVERY: _("Paid on delivery"),
    }
    return names.get(tender, str(tender))


def tender_of_chart(chart: int) -> str:
    """How money that came from an account of this kind was paid."""
    names: dict[int, str] = {
        pay.Chart.TILL_CASH: _("Cash"),
        pay.Chart.PROVIDER_CLEARING: _("Card or bank"),
        pay.Chart.WALLET: _("Wallet"),
        pay.Chart.GIFT_CARD: _("Gift card"),
        pay.Chart.POINTS: _("Points"),
        pay.Chart.SUSPENSE: _("From suspense"),
    }
    return names.get(chart) or chart_name(chart)


def why_text(code: int) -> str:
    """Why a transfer was posted."""
    names: dict[int, str] = {
        pay.Why.TOP_UP: _("Top-up"),
        pay.Why.ISSUE: _("Issued"),
        pay.Why.VOIDED: _("Taken off a gift card"),
        pay.Why.BREAKAGE: _("Left at the end of a gift card"),
        pay.Why.SALE: _("Sale"),
        pay.Why.REFUND: _("Refund"),
        pay.Why.LATE: _("Money without an order"),
        pay.Why.MATCHED: _("Matched to its order"),
        pay.Why.SENT_BACK: _("Sent back"),
        pay.Why.REFUND_FAILED: _("Refund came back"),
        pay.Why.UNCOLLECTED: _("Never collected"),
        pay.Why.GIVEN_BACK: _("Given back by the provider"),
        pay.Why.CREDITED: _("Credited to a wallet"),
        pay.Why.CHARGEBACK: _("Chargeback"),
        pay.Why.RECOVERED: _("Recovered from the wallet"),
        settlement.Entry.DAY_TAX: _("Day close: tax"),
        settlement.Entry.DAY_COMMISSION: _("Day close: commission"),
        settlement.Entry.DAY_FEES: _("Day close: fees"),
        settlement.Entry.DAY_PAYABLE: _("Day close: owed to the merchant"),
        settlement.Entry.PAYOUT: _("Payout"),
        settlement.Entry.PAYOUT_RETURNED: _("Payout returned"),
        settlement.Entry.PROVIDER_PAYOUT: _("Provider’s payout"),
        settlement.Entry.PROVIDER_FEES: _("Provider’s fees"),
    }
    return names.get(code, str(code))


def why_in_suspense(code: int) -> str:
    """Why money of a payment is in suspense: by the transfer that brought it there."""
    names: dict[int, str] = {
        pay.Why.LATE: _("It came when no order waited for it"),
        pay.Why.REFUND_FAILED: _("A refund could not be paid out"),
        pay.Why.UNCOLLECTED: _("The goods left and the money never came"),
        pay.Why.GIVEN_BACK: _("The provider gave back more than we had"),
    }
    return names.get(code, _("Unknown"))


def difference_text(what: int) -> str:
    """What a provider and our books do not agree about."""
    names: dict[int, str] = {
        pay.Difference.UNKNOWN_HERE: _("A payment that no order knows"),
        pay.Difference.UNKNOWN_THERE: _("Money that the provider knows nothing of"),
        pay.Difference.CURRENCY: _("Another currency"),
        pay.Difference.CAPTURED: _("How much was captured"),
        pay.Difference.REFUNDED: _("How much was given back"),
        pay.Difference.AUTHORISED: _("Whether it is held"),
    }
    return names.get(what, str(what))


def call_text(kind: int) -> str:
    """What a provider is asked to do."""
    names: dict[int, str] = {
        pay.CallKind.CREATE: _("Open a payment"),
        pay.CallKind.CAPTURE: _("Capture"),
        pay.CallKind.VOID: _("Let go"),
        pay.CallKind.REFUND: _("Give back"),
    }
    return names.get(kind, str(kind))


def call_state(state: int) -> str:
    names: dict[int, str] = {
        pay.CallState.OPEN: _("To be asked"),
        pay.CallState.ASKED: _("Asked"),
        pay.CallState.CONFIRMED: _("Confirmed"),
        pay.CallState.FAILED: _("Failed"),
    }
    return names.get(state, str(state))


def way_text(way: int) -> str:
    """What a request of staff does with the money."""
    names: dict[int, str] = {
        settlement.RefundWay.SALE: _("Refund"),
        settlement.RefundWay.TO_PROVIDER: _("From suspense to the provider"),
        settlement.RefundWay.TO_WALLET: _("From suspense to the wallet"),
        settlement.RefundWay.TO_ORDER: _("From suspense to another order"),
    }
    return names.get(way, str(way))


def figures(amount_minor: int, currency: str) -> str:
    """An amount as a field takes it, without the currency's sign."""
    return str(Decimal(amount_minor).scaleb(-markets.minor_digits(currency)))


def kind_text(kind: int) -> str:
    names: dict[int, str] = {
        pay.Kind.SINGLE: _("Posted"),
        pay.Kind.PENDING: _("Held"),
        pay.Kind.POST: _("Posted from what was held"),
        pay.Kind.VOID: _("Let go"),
        pay.Kind.EXPIRE: _("Ran out"),
    }
    return names.get(kind, str(kind))


def payment_state(state: int) -> str:
    names: dict[int, str] = {
        pay.PaymentState.CREATED: _("Begun"),
        pay.PaymentState.AUTHORISED: _("Authorised"),
        pay.PaymentState.CAPTURED: _("Captured"),
        pay.PaymentState.REFUNDED: _("Refunded"),
        pay.PaymentState.DECLINED: _("Declined"),
        pay.PaymentState.VOIDED: _("Let go"),
        pay.PaymentState.EXPIRED: _("Ran out"),
        pay.PaymentState.CHARGED_BACK: _("Charged back"),
    }
    return names.get(state, str(state))


def event_text(kind: int) -> str:
    names: dict[int, str] = {
        pay.EventKind.AUTHORISED: _("Authorised"),
        pay.EventKind.CAPTURED: _("Captured"),
        pay.EventKind.DECLINED: _("Declined"),
        pay.EventKind.VOIDED: _("Let go"),
        pay.EventKind.EXPIRED: _("Ran out"),
        pay.EventKind.REFUNDED: _("Refunded"),
        pay.EventKind.REFUND_FAILED: _("Refund failed"),
        pay.EventKind.CHARGED_BACK: _("Charged back"),
    }
    return names.get(kind, str(kind))


def outcome_text(outcome: int) -> str:
    names: dict[int, str] = {
        pay.Outcome.APPLIED: _("Taken in"),
        pay.Outcome.DUPLICATE: _("Said before"),
        pay.Outcome.LATE: _("Too late: goes back"),
        pay.Outcome.UNKNOWN_PAYMENT: _("Of no payment of ours"),
        pay.Outcome.CONTRADICTION: _("Contradicts the books"),
        pay.Outcome.WRONG_CURRENCY: _("Wrong currency"),
    }
    return names.get(outcome, str(outcome))


def detail_text(detail: str) -> str:
    """Why an event had the outcome that it had: the books' own sentence, which is kept in English."""
    return _(detail) if detail else ""


def payout_state(state: int) -> str:
    names: dict[int, str] = {
        settlement.PayoutState.PROPOSED: _("Proposed"),
        settlement.PayoutState.APPROVED: _("Approved"),
        settlement.PayoutState.SENT: _("Sent"),
        settlement.PayoutState.WITHDRAWN: _("Withdrawn"),
        settlement.PayoutState.RETURNED: _("Returned by the bank"),
    }
    return names.get(state, str(state))


def refund_state(state: int) -> str:
    names: dict[int, str] = {
        settlement.RefundState.WAITING: _("Waits for a second person"),
        settlement.RefundState.ALLOWED: _("Allowed"),
        settlement.RefundState.DECLINED: _("Declined"),
        settlement.RefundState.DONE: _("Done"),
        settlement.RefundState.FAILED: _("Not possible"),
    }
    return names.get(state, str(state))


def check_text(name: str) -> str:
    return {
        "month_over": _("The month is over"),
        "days_closed": _("Every day is closed"),
        "days_posted": _("Every closed day is posted"),
        "debits_are_credits": _("Debits are credits"),
        "sales_split": _("All sales are split into tax, commission, fees and payables"),
        "providers_answered": _("Providers have answered everything they were asked"),
        "providers_agree": _("Providers say nothing that contradicts the books"),
        "suspense_empty": _("Suspense is empty"),
    }.get(name, name)


def top_up_stage(stage: int) -> str:
    """How far a wallet top-up is."""
    names: dict[int, str] = {
        pay.Stage.WAITING: _("Waits for its money"),
        pay.Stage.STANDING: _("Being captured"),
        pay.Stage.GONE: _("In the wallet"),
        pay.Stage.CANCELLED: _("Came to nothing"),
    }
    return names[stage]
