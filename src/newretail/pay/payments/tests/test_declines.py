"""A provider's word for why it declined becomes one of a few things that a buyer can do something about."""

from __future__ import annotations

import pytest

from newretail.pay.api import Decline, decline_of


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("insufficient_funds", Decline.FUNDS),
        ("INSUFFICIENT_FUNDS: Your card has insufficient funds.", Decline.FUNDS),
        ("ACQ.BUYER_BALANCE_NOT_ENOUGH", Decline.FUNDS),
        ("aop.ACQ.SYSTEM_ERROR", Decline.TRY_LATER),
        ("expired_card", Decline.EXPIRED_CARD),
        ("incorrect_cvc", Decline.WRONG_CODE),
        ("card_velocity_exceeded", Decline.LIMIT),
        ("card_not_supported", Decline.NOT_ALLOWED),
        ("card_declined", Decline.UNKNOWN),
        ("", Decline.UNKNOWN),
        ("a word of next year: and what it means", Decline.UNKNOWN),
    ],
)
def test_words_of_providers_fall_into_classes(said: str, kind: Decline) -> None:
    assert decline_of(said) == kind


@pytest.mark.parametrize("said", ["fraudulent", "stolen_card", "lost_card", "pickup_card", "merchant_blacklist"])
def test_whoever_may_be_a_thief_is_told_no_more_than_no(said: str) -> None:
    assert decline_of(said) == Decline.UNKNOWN
