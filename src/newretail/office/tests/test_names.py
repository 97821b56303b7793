"""What stores and brands are called in other languages, and what members write that waits: edited, shown, told."""

from __future__ import annotations

import pytest
from django.test import Client

from newretail.catalog import api as catalog
from newretail.catalog.models import Product, VoiceRules
from newretail.catalog.voices import api as voices
from newretail.office.models import Change
from newretail.office.tests.test_desk import NODE, colleague, enter, line
from newretail.stock import api as stock
from newretail.stock.models import Node


@pytest.fixture
def boss(small_market):
    return enter(colleague(is_superuser=True))


def test_a_store_has_names_in_three_languages_and_keeps_those_that_the_form_does_not_show(boss, small_market):
    code = small_market.other_store
    before = stock.node_details(code)
    assert before is not None
    Node.objects.filter(code=code).update(names={"fr": "Boutique", "ko": "옛 이름"})
    told = {**NODE, "name_ko": "녹스빌점", "name_zh_hans": "诺克斯维尔店", "city_ko": "녹스빌"}
    assert boss.post(f"/office/nodes/{code}", told).status_code == 302
    after = stock.node_details(code)
    assert after is not None
    assert after["names"] == {"fr": "Boutique", "ko": "녹스빌점", "zh-hans": "诺克斯维尔店"}
    assert after["city_names"] == {"ko": "녹스빌"}
    assert "녹스빌점" in boss.get("/office/nodes", headers={"accept-language": "ko"}).content.decode()
    assert "诺克斯维尔店" in boss.get(f"/office/nodes/{code}").content.decode()
    Node.objects.filter(code=code).update(names=before["names"], city_names=before["city_names"])


def test_a_brand_is_called_otherwise_in_another_language_and_the_shop_says_so(boss, small_market):
    """At once on every page of the process, kept pieces too; the English brand stays what it is."""
    Product.objects.filter(pk__in=[line(small_market, "eggs").product_id]).update(brand="Nongshim / Seoul")
    path = "/office/brands/Nongshim%20/%20Seoul"
    shelf, korean = "/search?q=eggs", {"accept-language": "ko"}
    catalog.index("US", revision=catalog.current_revision())
    assert path in boss.get("/office/brands?named=no").content.decode()
    assert boss.post(path, {"name_ko": "농심", "name_zh_hans": ""}).status_code == 302
    assert "농심" in Client().get(shelf, headers=korean).content.decode()
    change = Change.objects.filter(subject="brand").latest("id")
    assert (change.subject_key, change.before, change.after) == (
        "Nongshim / Seoul",
        {"name_ko": ""},
        {"name_ko": "농심"},
    )
    assert "농심" in boss.get("/office/brands?q=농심").content.decode()
    assert catalog.brand_name("Nongshim / Seoul", "zh-hans") == "Nongshim / Seoul"
    assert boss.post(path, {"name_ko": "x" * 61}).status_code == 422
    assert enter(colleague("Warehouse")).post(path, {"name_ko": "x"}).status_code == 403
    assert boss.get("/office/brands/Nobody").status_code == 404
    assert boss.post(path, {"name_ko": ""}).status_code == 302
    shown = Client().get(shelf, headers=korean).content.decode()
    assert "농심" not in shown
    assert "Nongshim / Seoul" in shown


def test_an_owner_says_what_of_what_members_write_waits(boss, small_market):
    assert voices.waiting_rules() == voices.WaitingRules(), "everything waits until somebody says otherwise"
    page = "/office/settings/reviews"
    assert boss.post(page, {"answers_wait": "on"}).status_code == 302
    assert voices.waiting_rules() == voices.WaitingRules(False, False, True)
    change = Change.objects.filter(subject="voices").latest("id")
    assert (change.before, change.after) == (
        {"reviews_wait": True, "questions_wait": True},
        {"reviews_wait": False, "questions_wait": False},
    )
    assert "shown at once" in boss.get("/office/settings").content.decode()
    assert enter(colleague("Moderation")).get(page).status_code == 403
    VoiceRules.objects.all().delete()
