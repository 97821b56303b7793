"""Why a payment came to nothing, as far as its buyer should know: classes of the words that providers use. Pure.

Providers say it in codes of their own, dozens of them. The books keep the word as it was said; a buyer is told what to
do next, which differs in a handful of cases only. Whoever may be a thief is told no more than that the bank said no.
"""

from __future__ import annotations

from enum import IntEnum


class Decline(IntEnum):
    """What a buyer can do something about."""

    UNKNOWN = 0  # also: suspected of fraud
    FUNDS = 1
    EXPIRED_CARD = 2
    WRONG_CODE = 3
    LIMIT = 4
    NOT_ALLOWED = 5  # this kind of card or account, for this kind of payment
    TRY_LATER = 6


_WORDS = {
    # https://docs.stripe.com/declines/codes; the demo bank uses the same words.
    Decline.FUNDS: "insufficient_funds",
    Decline.EXPIRED_CARD: "expired_card invalid_expiry_month invalid_expiry_year",
    Decline.WRONG_CODE: "incorrect_cvc invalid_cvc incorrect_pin invalid_pin pin_try_exceeded incorrect_number"
    " invalid_number incorrect_zip authentication_required payment_intent_authentication_failure",
    Decline.LIMIT: "withdrawal_count_limit_exceeded card_velocity_exceeded amount_too_large",
    Decline.NOT_ALLOWED: "card_not_supported currency_not_supported service_not_allowed transaction_not_allowed"
    " not_permitted invalid_account invalid_amount",
    Decline.TRY_LATER: "processing_error issuer_not_available try_again_later approve_with_id reenter_transaction",
}
# https://opendocs.alipay.com/open/270/105900
_ALIPAYS = {
    Decline.FUNDS: "buyer_balance_not_enough buyer_bankcard_balance_not_enough payment_fail_balance_not_enough",
    Decline.LIMIT: "error_balance_payment_disable beyond_pay_restriction beyond_per_receipt_restriction"
    " beyond_per_receipt_single_restriction buyer_payment_amount_day_limit_error",
    Decline.NOT_ALLOWED: "buyer_seller_equal buyer_enable_status_forbid",
    Decline.TRY_LATER: "system_error",
}
_CLASS_OF = {word: kind for table in (_WORDS, _ALIPAYS) for kind, words in table.items() for word in words.split()}


def decline_of(said: str) -> Decline:
    """The class of what a provider said: its word, perhaps with a sentence behind a colon (`insufficient_funds: …`)."""
    word = said.partition(":")[0].strip().lower().removeprefix("aop.").removeprefix("acq.")
    return _CLASS_OF.get(word, Decline.UNKNOWN)
