"""How shoppers of a rehearsal pay: the mix that is asked for, and what they are given for it."""

from __future__ import annotations

import json
from collections import Counter

import numpy as np
import pytest

from newretail.lab.rehearsal.tenders import USUAL, BadTenders, Bills, choose, read_mix, without_bank
from newretail.pay.api import Tender

COUNT = 4000


def _chosen(mix, *, with_bank=True, at_till=True, seed=1):
    random = np.random.default_rng(5)
    buyers, worth = random.integers(1, 50, COUNT), random.integers(100, 9000, COUNT)
    bills = Bills(buyers, ["store-1"] * COUNT, worth, np.full(COUNT, at_till))
    return choose(bills, mix, np.random.default_rng(seed), str, with_bank=with_bank), worth


def test_a_mix_is_read_as_it_is_written():
    assert read_mix("") == USUAL
    assert read_mix(" wallet = 60, card=20 ") == {"wallet": 60, "card": 20}


@pytest.mark.parametrize("text", ["wallet", "gold=3", "wallet=-1", "wallet=0", "wallet=nan"])
def test_a_mix_that_makes_no_sense_is_told(text):
    with pytest.raises(BadTenders):
        read_mix(text)


def test_the_shares_are_kept_and_the_same_seed_pays_the_same():
    chosen, _ = _chosen(read_mix("wallet=3,card=1"))
    share = Counter(chosen.ways[way] for way in chosen.way.tolist())["wallet"] / COUNT
    assert share == pytest.approx(0.75, abs=0.03)
    assert _chosen(read_mix("wallet=3,card=1"))[0].pay == chosen.pay


def test_every_order_has_tenders_of_which_one_pays_the_rest():
    chosen, worth = _chosen(USUAL)
    for pay, minor in zip(chosen.pay, worth.tolist(), strict=True):
        tenders = json.loads(pay)
        assert sum("amount_minor" not in tender for tender in tenders) == 1
        assert sum(tender.get("amount_minor", 0) for tender in tenders) < minor
    assert set(chosen.channel) == {"app", "till"}


def test_cash_is_paid_at_a_till_only():
    chosen, _ = _chosen(USUAL, at_till=False)
    assert set(chosen.channel) == {"app"}
    assert not any('"cash"' in pay or '"till_card"' in pay for pay in chosen.pay)


def test_wallets_hold_what_is_to_be_paid_and_some_cards_too_little():
    chosen, worth = _chosen(read_mix("wallet=1"))
    given = sum(chosen.funds.by_node["store-1", Tender.WALLET].values())
    assert 0.9 * worth.sum() < given <= worth.sum()
    cards, _ = _chosen(read_mix("gift_card=1"))
    assert len(cards.funds.by_node["store-1", Tender.GIFT_CARD]) == COUNT
    assert 0.9 * worth.sum() < sum(cards.funds.by_node["store-1", Tender.GIFT_CARD].values()) < worth.sum()


def test_where_there_is_no_bank_nobody_is_asked():
    chosen, _ = _chosen(without_bank(USUAL), with_bank=False)
    assert not any("provider" in pay for pay in chosen.pay)
    assert sum(without_bank(USUAL).values()) == pytest.approx(sum(USUAL.values()))


def test_an_empty_mix_leaves_everything_on_account():
    chosen, _ = _chosen({})
    assert set(chosen.pay) == {""}
    assert not chosen.funds.by_node
