"""The admin over the cloud's tables and the nodes: what a law demands stays as it is."""

from __future__ import annotations

import hashlib
import re

import pytest
from django.contrib.admin import site
from django.test import Client

from newretail.cloud.models import ApiKey, Cell
from newretail.people.models import Member
from newretail.stock.models import Node


@pytest.fixture
def boss(small_market):
    ApiKey.objects.all().delete()
    client = Client(headers={"accept-language": "en"})
    client.force_login(Member.objects.create_superuser("boss@example.com", "x"))
    yield client
    Member.objects.all().delete()
    ApiKey.objects.all().delete()


def test_every_table_opens_lists_searches_and_shows_its_form(boss):
    """No list and no form of any room is broken, whatever was registered."""
    for model, admin in site._registry.items():
        path = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        assert boss.get(path).status_code == 200, path
        if admin.search_fields:
            assert boss.get(f"{path}?q=x").status_code == 200, path
        assert boss.get(f"{path}add/").status_code in (200, 403), path
        first = model._default_manager.first()
        if first is not None:
            assert boss.get(f"{path}{first.pk}/change/").status_code == 200, path


def test_no_page_of_the_admin_has_inline_code(boss):
    """Our policy forbids it, so a browser would not run it."""
    for path in ("/admin/", "/admin/cloud/apikey/add/", "/admin/stock/node/", "/admin/cloud/cell/"):
        html = boss.get(path).content.decode()
        assert not re.search(r"<script(?![^>]*(src=|application/json))|<style|\son(click|load|submit)=", html), path


def test_a_key_is_shown_once_and_kept_as_a_hash(boss):
    form = {"name": "Till 4", "tenant": 1, "scopes": ["orders:write"], "orders_per_second": 50}
    answer = boss.post("/admin/cloud/apikey/add/", form, follow=True)
    shown = re.search(r"nr_[0-9a-f]{12}_[0-9a-f]{48}", answer.content.decode())
    assert shown
    key = ApiKey.objects.get()
    assert bytes(key.secret_sha256) == hashlib.sha256(shown[0].encode()).digest()
    assert (key.name, key.scopes, key.orders_per_second) == ("Till 4", ["orders:write"], 50)
    again = boss.get("/admin/cloud/apikey/").content.decode()
    assert shown[0] not in again


def test_a_key_is_revoked_and_stays_on_record(boss):
    boss.post(
        "/admin/cloud/apikey/add/", {"name": "Old", "tenant": 1, "scopes": ["stock:read"], "orders_per_second": 5}
    )
    key = ApiKey.objects.get()
    boss.post("/admin/cloud/apikey/", {"action": "revoke", "_selected_action": [key.pk]})
    key.refresh_from_db()
    assert key.revoked_at is not None
    assert boss.post(f"/admin/cloud/apikey/{key.pk}/delete/", {"post": "yes"}).status_code == 403
    assert boss.post(f"/admin/cloud/apikey/{key.pk}/change/", {"name": "New"}).status_code == 403


def test_cells_are_only_looked_at(boss):
    cell = Cell.objects.get(pk="pages_us")
    assert boss.post("/admin/cloud/cell/add/", {}).status_code == 403
    assert boss.post(f"/admin/cloud/cell/{cell.pk}/change/", {}).status_code == 403
    assert boss.post(f"/admin/cloud/cell/{cell.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_node_stays_in_its_cell(boss):
    """Its name may change; its id, code and cell never, and it is never deleted."""
    node = Node.objects.get(code="P-US-1")
    form = {"name": "Knoxville North", "kind": "store", "city": "Knoxville", "latitude": 36, "longitude": -84}
    boss.post(f"/admin/stock/node/{node.pk}/change/", {**form, "cell": "pages_kr", "code": "X"})
    node.refresh_from_db()
    assert (node.name, node.code, node.cell_id, node.market_code) == ("Knoxville North", "P-US-1", "pages_us", "US")
    Node.objects.filter(pk=node.pk).update(name="Knoxville")
    assert boss.post(f"/admin/stock/node/{node.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_new_node_trades_in_the_market_of_its_cell(boss):
    form = {"id": 90_009, "tenant_id": 1, "code": "P-KR-9", "name": "Busan", "kind": "store", "cell": "pages_kr"}
    form |= {"market_code": "US", "city": "Busan", "latitude": 35, "longitude": 129}
    boss.post("/admin/stock/node/add/", form)
    node = Node.objects.get(pk=90_009)
    assert node.market_code == "KR"
    node.delete()
