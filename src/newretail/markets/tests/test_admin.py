"""Markets in the office: rates are only added, and what stored amounts depend on is only read."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from newretail.markets.models import Currency, ExchangeRate, Market
from newretail.people.models import Member


@pytest.fixture
def office(in_rollback):
    """A browser of the chief, two currencies, a market and a rate."""
    for code, digits in (("USD", 2), ("KRW", 0)):
        Currency.objects.update_or_create(code=code, defaults={"minor_digits": digits, "symbol": code})
    Market.objects.update_or_create(
        code="KR",
        defaults={
            "name": "Korea",
            "currency_id": "KRW",
            "languages": ["ko"],
            "time_zone": "Asia/Seoul",
            "tax_basis_points": 1000,
            "unpaid_minutes": 15,
            "prices_include_tax": True,
        },
    )
    ExchangeRate.objects.create(base_id="USD", quote_id="KRW", on_date=date(2001, 1, 1), rate=1143, source="test")
    client = Client()
    client.force_login(Member.objects.create_superuser("chief@example.com", "correct horse"))
    return client


@pytest.mark.parametrize("model", ["currency", "market", "exchangerate"])
def test_lists_open(office, model):
    """Each list opens, and its search too."""
    url = reverse(f"admin:markets_{model}_changelist")
    assert office.get(url).status_code == 200
    assert office.get(url, {"q": "KR"}).status_code == 200


def test_rates_are_append_only(office):
    """A rate can be added, not changed and not deleted."""
    rate = ExchangeRate.objects.get(on_date=date(2001, 1, 1))
    change = reverse("admin:markets_exchangerate_change", args=[rate.pk])
    assert office.get(change).status_code == 200
    assert office.post(change, {"rate": 1}).status_code == 403
    assert office.post(reverse("admin:markets_exchangerate_delete", args=[rate.pk])).status_code == 403
    data = {"base": "USD", "quote": "KRW", "on_date": "2001-01-02", "rate": "1200", "source": "a bank"}
    assert office.post(reverse("admin:markets_exchangerate_add"), data).status_code == 302
    assert ExchangeRate.objects.filter(on_date=date(2001, 1, 2), rate=1200).exists()


def test_digits_of_a_currency_and_the_currency_of_a_market_stay(office):
    """What is posted for them is not read."""
    office.post(
        reverse("admin:markets_currency_change", args=["KRW"]),
        {"code": "KRW", "minor_digits": 2, "symbol": "W", "price_step_minor": 10},
    )
    currency = Currency.objects.get(code="KRW")
    assert (currency.minor_digits, currency.symbol) == (0, "W")
    data = {"name": "Korea, South", "currency": "USD", "languages": '["ko"]', "time_zone": "Asia/Seoul"}
    data |= {"tax_basis_points": "1000", "unpaid_minutes": "15", "gift_card_months": "0"}
    office.post(reverse("admin:markets_market_change", args=["KR"]), {**data, "code": "XX"})
    market = Market.objects.get(code="KR")
    assert (market.name, market.currency_id) == ("Korea, South", "KRW")
