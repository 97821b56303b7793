"""What the trade engine reads: arrays by SKU id, and a number that moves with every change it must see."""

from __future__ import annotations

import subprocess
import sys

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction

from newretail.catalog import work
from newretail.catalog.models import Category, Price, Product, Sku
from newretail.catalog.snapshot import PriceSnapshot, catalog_revision, price_snapshot


@pytest.fixture
def skus(in_rollback):
    """SKU 1 priced in two markets, 2 not sold, 5 without a price, 6 of another tenant."""
    Product.objects.all().delete()
    category = Category.objects.create(slug="all", name="All")
    Product.objects.create(id=1, name="Thing", category=category)
    made = {
        number: Sku.objects.create(id=number, code=f"S{number}", product_id=1, tenant_id=2 if number == 6 else 1)
        for number in (1, 2, 5, 6)
    }
    for number in (1, 2, 6):
        for market, currency, amount in (("US", "USD", 199), ("KR", "KRW", 2270)):
            Price.objects.create(
                sku_id=number, market_code=market, currency=currency, amount_minor=amount + number,
                tenant_id=made[number].tenant_id,
            )  # fmt: skip
    work.set_sold(made[2], is_sold=False)
    work.set_cap(made[1], 3)
    return made


def _snapshot(market: str = "US", tenant: int = 1) -> PriceSnapshot:
    connection.ensure_connection()
    return price_snapshot(connection.connection, tenant, market)


def test_arrays_are_indexed_by_sku_id(skus):
    """Zero stands for no price, not sold, another tenant; place 0 is never used."""
    snapshot = _snapshot()
    assert snapshot.sku_codes == {"S1": 1, "S2": 2, "S5": 5}
    assert snapshot.code_of == ["", "S1", "S2", "", "", "S5"]
    assert snapshot.price_minor.tolist() == [0, 200, 0, 0, 0, 0]
    assert snapshot.cap_per_buyer.tolist() == [0, 3, 0, 0, 0, 0]
    assert _snapshot("KR").price_minor[1] == 2271
    assert _snapshot(tenant=2).sku_codes == {"S6": 6}


def test_an_unknown_market_sells_nothing(skus):
    """No prices there, but codes are known, so that a caller is told "not for sale" and not "unknown"."""
    snapshot = _snapshot("XX")
    assert snapshot.price_minor.sum() == 0
    assert "S1" in snapshot.sku_codes


def test_an_empty_catalogue_is_a_snapshot_too(in_rollback):
    """A market that is just opened has arrays of one unused place."""
    snapshot = _snapshot(tenant=77)
    assert (len(snapshot.price_minor), snapshot.sku_codes) == (1, {})


def test_every_change_moves_the_revision_in_its_own_transaction(skus):
    """Price, cap, sold: the number is in the snapshot that shows the change, and gone with it on rollback."""
    before = _snapshot().revision
    work.set_price(skus[1], "US", "USD", 555)
    after = _snapshot()
    assert (after.revision, after.price_minor[1]) == (before + 1, 555)
    work.set_cap(skus[1], None)
    work.set_sold(skus[2], is_sold=True)
    assert _snapshot().revision == before + 3
    assert _snapshot().price_minor[2] == 201
    connection.ensure_connection()
    assert catalog_revision(connection.connection) == before + 3
    with pytest.raises(IntegrityError), transaction.atomic():
        work.set_price(skus[1], "US", "USD", 0)
    assert _snapshot().revision == before + 3


def test_reading_by_url(database_url):
    """The engine names the database by its URL."""
    with psycopg.connect(database_url) as reader:
        assert price_snapshot(database_url, 1, "US").revision == catalog_revision(reader)


def test_the_engine_needs_no_django():
    """The orders' process imports the catalogue's api without Django, and stays small."""
    code = "import sys, newretail.catalog.api; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
