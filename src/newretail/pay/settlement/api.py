"""What other rooms may use of settlement. Needs no Django: a market's calendar and tax come in as `DayRules`."""

from newretail.pay.settlement.card_ends import DAYS_AFTER_A_REFUND, end_cards
from newretail.pay.settlement.days import DayRules, close_day, close_days, next_day, set_terms, terms_on
from newretail.pay.settlement.desk import CellBooks, NotPosted, Refused
from newretail.pay.settlement.finish import finish
from newretail.pay.settlement.gift_cards import (
    MAX_CARDS,
    CardDeed,
    CardRequest,
    CardState,
    CardWish,
    GiftCard,
    ask_cards,
    carry_out_cards,
    decide_cards,
    find_card,
    find_card_request,
    finish_cards,
    on_card,
    take_codes,
    withdraw_cards,
)
from newretail.pay.settlement.months import Balance, Check, balances_through, checklist, lock, next_month
from newretail.pay.settlement.oddities import close_event, explain
from newretail.pay.settlement.payouts import Payout, PayoutState, payable
from newretail.pay.settlement.payouts import change as change_payout
from newretail.pay.settlement.payouts import propose as propose_payout
from newretail.pay.settlement.postings import follow
from newretail.pay.settlement.receipts import PaidPart, paid_parts
from newretail.pay.settlement.refunds import RefundRequest, RefundState, RefundWay, RefundWish, suspense_asked
from newretail.pay.settlement.refunds import ask as ask_refund
from newretail.pay.settlement.refunds import asked_of as refunds_asked
from newretail.pay.settlement.refunds import decide as decide_refund
from newretail.pay.settlement.refunds import end as end_refund
from newretail.pay.settlement.refunds import find as find_refund
from newretail.pay.settlement.reports import ProviderPayout, read_report, take_in
from newretail.pay.settlement.rules import (
    SHOPPERS,
    Closing,
    Entry,
    Sale,
    Terms,
    day_of,
    deal_out,
    end_of,
    months_after,
    nearest,
    tax_inside,
)

__all__ = [
    "DAYS_AFTER_A_REFUND",
    "MAX_CARDS",
    "SHOPPERS",
    "Balance",
    "CardDeed",
    "CardRequest",
    "CardState",
    "CardWish",
    "CellBooks",
    "Check",
    "Closing",
    "DayRules",
    "Entry",
    "GiftCard",
    "NotPosted",
    "PaidPart",
    "Payout",
    "PayoutState",
    "ProviderPayout",
    "RefundRequest",
    "RefundState",
    "RefundWay",
    "RefundWish",
    "Refused",
    "Sale",
    "Terms",
    "ask_cards",
    "ask_refund",
    "balances_through",
    "carry_out_cards",
    "change_payout",
    "checklist",
    "close_day",
    "close_days",
    "close_event",
    "day_of",
    "deal_out",
    "decide_cards",
    "decide_refund",
    "end_cards",
    "end_of",
    "end_refund",
    "explain",
    "find_card",
    "find_card_request",
    "find_refund",
    "finish",
    "finish_cards",
    "follow",
    "lock",
    "months_after",
    "nearest",
    "next_day",
    "next_month",
    "on_card",
    "paid_parts",
    "payable",
    "propose_payout",
    "read_report",
    "refunds_asked",
    "set_terms",
    "suspense_asked",
    "take_codes",
    "take_in",
    "tax_inside",
    "terms_on",
    "withdraw_cards",
]
