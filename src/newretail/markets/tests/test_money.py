"""Money: one rounding rule, dated rates, and amounts written as people of each language do."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from newretail.markets import api, models, rules

DAY = date(2017, 6, 30)


@pytest.fixture
def rates(in_rollback):
    """Three currencies, a market, and dollar rates of two days."""
    api.minor_digits.cache_clear()
    for code, digits in (("USD", 2), ("KRW", 0), ("CNY", 2)):
        models.Currency.objects.create(code=code, minor_digits=digits, symbol=code)
    models.Market.objects.create(
        code="KR", name="Korea", currency_id="KRW", languages=["ko", "en"], time_zone="Asia/Seoul",
        tax_basis_points=1000, prices_include_tax=True,
    )  # fmt: skip
    for day, rate in ((DAY, "1143.14756397"), (date(2017, 7, 10), "1150")):
        models.ExchangeRate.objects.create(base_id="USD", quote_id="KRW", on_date=day, rate=Decimal(rate), source="t")
    yield
    api.minor_digits.cache_clear()


@pytest.mark.parametrize(
    ("amount", "rounded"), [("0.5", 1), ("1.5", 2), ("2.5", 3), ("-0.5", -1), ("2.4999", 2), ("0", 0)]
)
def test_half_goes_up(amount, rounded):
    """A half goes away from zero, not to the even neighbour (Regulation (EC) No 1103/97, Art. 5)."""
    assert rules.round_half_up(Decimal(amount)) == rounded


@given(st.integers(-(10**12), 10**12), st.sampled_from([1, 5, 10, 100]))
def test_rounding_gives_the_nearest_multiple(amount, step):
    """Never further than half a step away, and always a multiple of it."""
    rounded = rules.round_half_up(Decimal(amount), step)
    assert rounded % step == 0
    assert abs(rounded - amount) * 2 <= step


def test_convert_rounds_once_at_the_end(rates):
    """2.99 dollars are 3,418 won: cents become won without a rounding in between."""
    assert api.convert_minor(299, "USD", "KRW", DAY) == 3418
    assert api.convert_minor(3418, "KRW", "USD", DAY) == 299
    assert api.convert_minor(299, "USD", "USD", DAY) == 299


def test_the_rate_of_the_day_or_the_last_before_it_counts(rates):
    """A weekend uses Friday's rate; a newer rate never changes what an older day gives."""
    assert api.rate_on("USD", "KRW", date(2017, 7, 2)) == Decimal("1143.14756397")
    assert api.rate_on("USD", "KRW", date(2017, 7, 10)) == 1150
    with pytest.raises(api.NoRate, match="2017-06-29"):
        api.rate_on("USD", "KRW", date(2017, 6, 29))
    with pytest.raises(api.NoRate):
        api.rate_on("USD", "CNY", DAY)


def test_unknown_codes_are_told(rates):
    """Not a silent zero or two digits for a currency nobody entered."""
    with pytest.raises(api.UnknownCurrency, match="XXX"):
        api.minor_digits("XXX")
    with pytest.raises(api.UnknownMarket, match="FR"):
        api.market("FR")


def test_markets_are_given_as_they_are_kept(rates):
    """The view that pages get: currency, languages with the default first, tax."""
    assert [market.code for market in api.markets()] == ["KR"]
    korea = api.market("KR")
    assert (korea.currency, korea.languages, korea.tax_basis_points) == ("KRW", ("ko", "en"), 1000)


@pytest.mark.parametrize(
    ("amount", "currency", "language", "text"),
    [
        (3660, "KRW", "ko", "₩3,660"),
        (3660, "KRW", "en", "₩3,660"),
        (366050, "USD", "en", "$3,660.50"),
        (366050, "USD", "ko", "US$3,660.50"),
        (366050, "CNY", "zh-hans", "¥3,660.50"),
        (5, "CNY", "en", "CN¥0.05"),
        (366050, "USD", "xx-nowhere", "$3,660.50"),
    ],
)
def test_money_is_written_as_people_do(rates, amount, currency, language, text):
    """Symbols and digits of CLDR; an unknown language falls back to English."""
    assert api.format_money(amount, currency, language) == text


@pytest.mark.parametrize("rate", [{"rate": 0}, {"rate": -1}, {"rate": 1, "base_id": "KRW"}, {"on_date": DAY}])
def test_the_table_refuses_rates_that_make_no_sense(rates, rate):
    """Zero, negative, of a currency in itself, twice a day: the CHECKs are the last fence."""
    row = {"base_id": "USD", "quote_id": "KRW", "on_date": date(2020, 1, 1), "rate": 2, "source": "t", **rate}
    with pytest.raises(IntegrityError), transaction.atomic():
        models.ExchangeRate.objects.create(**row)
