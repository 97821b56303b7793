"""The catalogue's tables in the office: every page opens with few queries, and the engine sees what is changed."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from newretail.catalog.models import Category, Price, Product, Sku
from newretail.catalog.snapshot import catalog_revision
from newretail.people.models import Member


@pytest.fixture
def office(in_rollback):
    """A browser of the chief, and a catalogue of 30 products."""
    Product.objects.all().delete()
    top = Category.objects.create(slug="dairy", name="Dairy")
    shelf = Category.objects.create(slug="dairy-cheese", name="Cheese", parent=top, source_name="CHEESE")
    for number in range(1, 31):
        product = Product.objects.create(id=number, name=f"Cheese {number}", category=shelf, popularity=number)
        sku = Sku.objects.create(id=number, code=f"C-{number}", product=product)
        Price.objects.create(sku=sku, market_code="KR", currency="KRW", amount_minor=1000 + number)
    client = Client()
    client.force_login(Member.objects.create_superuser("chief@example.com", "correct horse"))
    return client


def _revision() -> int:
    connection.ensure_connection()
    return catalog_revision(connection.connection)


@pytest.mark.parametrize(
    ("model", "words"), [("category", "cheese"), ("product", "30"), ("sku", "C-30"), ("price", "C-30")]
)
def test_lists_open_and_search_with_few_queries(office, model, words):
    """A list of many rows asks no more often than one of few."""
    url = reverse(f"admin:catalog_{model}_changelist")
    office.get(url)
    with CaptureQueriesContext(connection) as whole:
        response = office.get(url)
    assert response.status_code == 200
    assert len(whole) <= 10
    with CaptureQueriesContext(connection) as found:
        response = office.get(url, {"q": words})
    assert response.status_code == 200
    assert len(found) <= 10
    assert response.context["cl"].result_list


@pytest.mark.parametrize(("model", "key"), [("product", 7), ("sku", 7)])
def test_pages_open_with_few_queries(office, model, key):
    """One product or SKU with its lines."""
    url = reverse(f"admin:catalog_{model}_change", args=[key])
    office.get(url)
    with CaptureQueriesContext(connection) as queries:
        assert office.get(url).status_code == 200
    assert len(queries) <= 12


def test_departments_filter_products(office):
    """The filter offers departments and finds the products of their categories."""
    department = Category.objects.get(slug="dairy")
    response = office.get(reverse("admin:catalog_product_changelist"), {"department": department.pk})
    assert response.context["cl"].result_count == 30


def test_a_price_that_is_changed_reaches_the_engine(office):
    """The new price and the new revision are there together; market and currency are not for changing."""
    before = _revision()
    price = Price.objects.get(sku_id=7)
    url = reverse("admin:catalog_price_change", args=[price.pk])
    response = office.post(url, {"amount_minor": 4990, "currency": "USD", "market_code": "US"})
    assert response.status_code == 302
    price.refresh_from_db()
    assert (price.amount_minor, price.currency, price.market_code) == (4990, "KRW", "KR")
    assert _revision() > before


def test_a_senseless_price_is_refused(office):
    """The form tells, before the CHECK has to."""
    price = Price.objects.get(sku_id=7)
    response = office.post(reverse("admin:catalog_price_change", args=[price.pk]), {"amount_minor": 0})
    assert response.status_code == 200
    price.refresh_from_db()
    assert price.amount_minor == 1007


def test_taking_off_sale_reaches_the_engine(office):
    """The action changes all that are ticked and moves the revision."""
    before = _revision()
    data = {"action": "take_off_sale", "_selected_action": [1, 2, 3]}
    assert office.post(reverse("admin:catalog_sku_changelist"), data).status_code == 302
    assert Sku.objects.filter(is_sold=False).count() == 3
    assert _revision() > before


def test_a_product_is_added_and_found(office):
    """Ids go on densely, and the search knows the new name at once."""
    category = Category.objects.get(slug="dairy-cheese")
    data = {"name": "Sheep Feta", "brand": "", "package_size": "", "category": category.pk, "manufacturer_code": ""}
    lines = {"skus-TOTAL_FORMS": 0, "skus-INITIAL_FORMS": 0}
    assert office.post(reverse("admin:catalog_product_add"), {**data, **lines}).status_code == 302
    product = Product.objects.get(name="Sheep Feta")
    assert product.pk == 31
    with connection.cursor() as cursor:
        cursor.execute("SELECT search @@ to_tsquery('english', 'feta & cheese') FROM catalog_product WHERE id = 31")
        assert cursor.fetchone() == (True,)


def test_nothing_that_orders_name_can_be_deleted(office):
    """Products and SKUs stay; imported names are only read."""
    for model in ("product", "sku"):
        assert office.get(reverse(f"admin:catalog_{model}_delete", args=[7])).status_code == 403
    category = Category.objects.get(slug="dairy-cheese")
    data = {"name": "Cheeses", "slug": "dairy-cheese", "parent": category.parent_id, "source_name": "changed"}
    assert office.post(reverse("admin:catalog_category_change", args=[category.pk]), data).status_code == 302
    category.refresh_from_db()
    assert (category.name, category.source_name) == ("Cheeses", "CHEESE")
