"""The desk's own work: products one by one and together, staff and their rights, members, stores, the trail, views."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

import pytest
from django.core import mail
from django.db import Error, connection, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from newretail.catalog import api as catalog
from newretail.catalog.models import Price, Product, Sku
from newretail.kit.ids import uuid7
from newretail.markets import api as markets
from newretail.markets.terms.api import all_terms
from newretail.office.models import Change, Note, SavedView
from newretail.office.products.bulk import new_price
from newretail.office.settings.views import shown
from newretail.people import api as people
from newretail.people.models import Member
from newretail.stock import api as stock
from newretail.trade import api as trade

EVERYTHING = {"step_of": "look", "everything": "1", "query": "category=small-food"}


def enter(member: Member) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(member)
    return client


def colleague(*roles: str, **rights: bool) -> Member:
    from newretail.office.staff.roles import groups

    member = Member.objects.create_user(f"{uuid7()}@example.com", None, is_staff=True, **rights)
    member.groups.set(groups(list(roles)))
    return member


@pytest.fixture
def boss(small_market):
    return enter(colleague(is_superuser=True))


def line(market, name: str) -> catalog.Line:
    return catalog.lines([market.sku[name]])[market.sku[name]]


def form_of(client: Client, path: str) -> dict[str, str]:
    """What the page's form would send as it stands."""
    html = client.get(path).content.decode()
    html = html[html.index('name="seen"') - 40 : html.index(">Save<")]
    fields = dict(re.findall(r'<input [^>]*?name="([^"]+)"[^>]*?value="([^"]*)"', html))
    fields |= dict.fromkeys(re.findall(r'name="(sold_\d+)"[^>]*checked', html), "on")
    return fields | {"category": re.findall(r'<option value="([^"]+)" selected', html)[0]}


def test_a_product_is_changed_and_written_down(boss, small_market):
    eggs = line(small_market, "eggs")
    path = f"/office/products/{eggs.product_id}"
    told = form_of(boss, path)
    assert told["price_0_US"] == "1.19"
    answer = boss.post(path, {**told, "price_0_US": "1.29", "cap_0": "4", "price_0_KR": ""})
    assert answer.status_code == 302
    changed = line(small_market, "eggs")
    assert (changed.prices, changed.cap_per_buyer, changed.name) == ({"US": 129}, 4, eggs.name)
    change = Change.objects.filter(subject="sku", subject_key=eggs.sku_code).latest("id")
    assert change.before == {"price_US": 119, "cap_per_buyer": None, "price_KR": 1360}
    assert change.after == {"price_US": 129, "cap_per_buyer": 4, "price_KR": None}
    assert "$1.29" in boss.get(path).content.decode()
    stale = boss.post(path, {**told, "price_0_US": "9.99"})
    assert stale.status_code == 422
    assert "in the meantime" in stale.content.decode()
    boss.post(path, {**form_of(boss, path), "price_0_US": "1.19", "price_0_KR": "1,360", "cap_0": ""})
    assert line(small_market, "eggs").prices == eggs.prices


def test_a_form_with_a_fault_loses_nothing(boss, small_market):
    path = f"/office/products/{line(small_market, 'milk').product_id}"
    answer = boss.post(path, {**form_of(boss, path), "name": "Better Milk", "price_0_US": "cheap", "cap_0": "0"})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="Better Milk"' in html
    assert "not a price" in html
    assert line(small_market, "milk").name == "White Milk, 1 gal"


def test_a_new_product_is_sold_at_once(boss, small_market):
    told = {"name": "Rye Bread", "category": "small-food", "code": "RYE-1", "sold_0": "on", "price_0_US": "3"}
    answer = boss.post("/office/products/new", told)
    made = catalog.lines(["RYE-1"])["RYE-1"]
    assert answer.headers["Location"] == f"/office/products/{made.product_id}"
    assert catalog.wares("US", ["RYE-1"])["RYE-1"].price_minor == 300
    assert boss.post("/office/products/new", told).status_code == 422, "codes are once"
    Price.objects.filter(sku__code="RYE-1").delete()
    Sku.objects.filter(code="RYE-1").delete()
    Product.objects.filter(pk=made.product_id or 0).delete()


def test_many_products_change_together_as_was_looked_at(boss, small_market):
    """Ten per cent up, rounded to steps of ten won; what has changed since the look is looked at again."""
    before = {name: line(small_market, name).prices["KR"] for name in small_market.sku}
    wish = {**EVERYTHING, "percent": "10", "market": "KR", "step": "", "category": "", "sold": ""}
    look = boss.post("/office/products/change", wish).content.decode()
    assert "4 products would change" in look
    assert line(small_market, "milk").prices["KR"] == before["milk"], "looking changes nothing"
    digest = re.search(r'name="digest" value="(\w+)"', look)
    assert digest
    do = {**wish, "step_of": "do", "digest": digest[1]}
    assert boss.post("/office/products/change", {**do, "digest": "0" * 32}).status_code == 200
    assert line(small_market, "milk").prices["KR"] == before["milk"]
    assert boss.post("/office/products/change", do).status_code == 302
    for name, amount in before.items():
        assert line(small_market, name).prices["KR"] == new_price(amount or 0, Decimal(10), markets.price_step("KRW"))
    changes = Change.objects.filter(subject="sku").order_by("-id")[:4]
    assert len({change.together for change in changes}) == 1
    back = {code: line(small_market, name) for name, code in small_market.sku.items()}
    wanted = [replace(back[code], prices={"KR": before[name]}) for name, code in small_market.sku.items()]
    catalog.change_lines(wanted, {"KR": "KRW"})


@given(st.integers(1, 10**8), st.decimals(-95, 1000, places=2), st.sampled_from([1, 5, 10, 100]))
def test_a_price_is_a_multiple_of_the_step_and_near(amount, percent, step):
    price = new_price(amount, percent, step)
    assert price % step == 0
    assert price >= step
    assert abs(price - amount * (100 + percent) / 100) <= max(Decimal(step) / 2, step - amount * (100 + percent) / 100)


def test_only_the_right_role_may(small_market):
    """Everybody looks at products; each deed needs its right."""
    goods, service = enter(colleague("Goods")), enter(colleague("Customer service"))
    path = f"/office/products/{line(small_market, 'milk').product_id}"
    for client, allowed in ((goods, True), (service, False)):
        assert client.get(path).status_code == 200
        assert (client.post(path, {"seen": ""}).status_code == 403) is not allowed
        assert (client.post("/office/products/change", EVERYTHING).status_code == 403) is not allowed
        assert (client.get("/office/members").status_code == 200) is not allowed
        assert client.get("/office/staff").status_code == 403
        assert client.get("/office/changes").status_code == 403
        assert client.get("/office/settings").status_code == 403
    assert "/office/members" not in goods.get("/office/").content.decode()
    assert "/office/members" in service.get("/office/").content.decode()


def test_an_invited_colleague_chooses_a_password_once(boss):
    mail.outbox = []
    answer = boss.post("/office/staff/invite", {"email": "New@Example.com", "name": "Noor", "roles": ["Goods"]})
    assert answer.status_code == 200
    member = Member.objects.get(email="new@example.com")
    assert (member.is_staff, member.is_superuser, member.has_usable_password()) == (True, False, False)
    assert member.has_perm("office.edit_products")
    link = re.search(r"http://testserver(/\S+)", str(mail.outbox[0].body))
    assert link
    words = {"new_password1": "a long enough word", "new_password2": "a long enough word"}
    stranger = Client()
    assert stranger.post(link[1], {**words, "new_password2": "another"}).status_code == 422
    assert stranger.post(link[1], words).status_code == 302
    member.refresh_from_db()
    assert member.check_password("a long enough word")
    assert stranger.get(link[1]).status_code == 410
    assert stranger.get("/office/welcome/zz/zz").status_code == 410


def test_somebody_always_holds_the_keys(small_market):
    """The last administrator stays one; who is none makes none."""
    Member.objects.filter(is_superuser=True).delete()
    last = colleague(is_superuser=True)
    path = f"/office/staff/{last.pk}"
    answer = enter(last).post(path, {"roles": []})
    assert "last administrator" in answer.content.decode()
    enter(last).post(f"{path}/account", {"do": "close"})
    last.refresh_from_db()
    assert (last.is_superuser, last.is_active) == (True, True)
    with pytest.raises(people.LastAdministrator):
        people.set_access(last.pk, is_staff=False, is_superuser=True, is_active=True)
    other = colleague(is_superuser=True)
    assert enter(other).post(path, {"roles": ["Goods"]}).status_code == 302
    last.refresh_from_db()
    assert not last.is_superuser
    manager = colleague()
    from django.contrib.auth.models import Permission

    manager.user_permissions.add(Permission.objects.get(codename="manage_staff"))
    assert enter(manager).post(path, {"is_superuser": "on"}).status_code == 422
    assert enter(manager).post(f"/office/staff/{other.pk}", {"roles": []}).status_code == 302
    other.refresh_from_db()
    assert other.is_superuser


@pytest.mark.parametrize("statement", ["UPDATE office_change SET label = 'x'", "DELETE FROM office_change"])
def test_the_trail_cannot_be_rewritten(boss, small_market, statement):
    boss.post(f"/office/nodes/{small_market.store}", NODE)
    with pytest.raises(Error, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


NODE = {"name": "Knoxville", "kind": "store", "city": "Knoxville", "address": "1 Main St", "opening": "Mon–Sat 9–21"}
NODE |= {"latitude": "36.0", "longitude": "-83.9"}


def test_a_store_is_changed_and_the_trail_tells(boss, small_market):
    assert boss.post(f"/office/nodes/{small_market.other_store}", {**NODE, "opening": "Always"}).status_code == 302
    told = stock.node_details(small_market.other_store)
    assert told is not None
    assert (told["address"], told["opening"]) == ("1 Main St", "Always")
    page = boss.get(f"/office/changes?kind=node&q={small_market.other_store}").content.decode()
    assert "Opening hours" in page or "Always" in page
    assert boss.post(f"/office/nodes/{small_market.store}", {**NODE, "latitude": "91"}).status_code == 422


def test_the_trail_shows_the_admins_log_too(boss, small_market):
    product = Product.objects.get(pk=line(small_market, "milk").product_id or 0)
    told = {"name": product.name, "brand": "", "package_size": "1 gal", "category": product.category_id}
    told |= {"manufacturer_code": "M7", "skus-TOTAL_FORMS": 0, "skus-INITIAL_FORMS": 0}
    assert boss.post(f"/admin/catalog/product/{product.pk}/change/", told).status_code == 302
    assert "product: White Milk" in boss.get("/office/changes?kind=table").content.decode()


def test_a_members_account_is_closed_and_opened_with_a_reason(boss, small_market):
    member = Member.objects.create_user(f"{uuid7()}@example.com", "x", name="Kim")
    path = f"/office/members/{member.pk}"
    boss.post(f"{path}/account", {"open": "no", "reason": "asked for it"})
    member.refresh_from_db()
    assert not member.is_active
    boss.post(f"{path}/note", {"text": "Called on Monday"})
    page = boss.get(path).content.decode()
    assert "asked for it" in page
    assert "Called on Monday" in page
    assert Note.objects.filter(member_id=member.pk).count() == 1
    boss.post(f"{path}/account", {"open": "yes"})
    assert Member.objects.get(pk=member.pk).is_active
    mine = Member.objects.filter(is_superuser=True).latest("id")
    boss.post(f"/office/members/{mine.pk}/account", {"open": "no"})
    mine.refresh_from_db()
    assert mine.is_active, "staff are looked after under Staff"


def test_a_view_is_kept_for_oneself_or_for_all(small_market):
    one, other = enter(colleague()), enter(colleague())
    one.post("/office/lists/products/views", {"name": "Mine", "query": "sold=no"})
    one.post("/office/lists/products/views", {"name": "Ours", "query": "sold=yes", "shared": "1"})
    assert ">Mine<" in one.get("/office/products").content.decode()
    page = other.get("/office/products").content.decode()
    assert ">Ours<" in page
    assert ">Mine<" not in page
    ours = SavedView.objects.get(name="Ours")
    assert other.post(f"/office/views/{ours.pk}/drop").status_code == 404
    assert one.post(f"/office/views/{ours.pk}/drop").status_code == 302
    assert one.post("/office/lists/nonsense/views", {"name": "x"}).status_code == 404
    SavedView.objects.all().delete()


def test_a_list_is_walked_by_key_in_any_order(boss, small_market, monkeypatch):
    """Every row once, whatever the order, two a page."""
    from newretail.office.lists import ask

    monkeypatch.setattr(ask, "PAGE_SIZE", 2)
    for sort in ("name", "-name", "price", "-price", "-popularity", "code", "brand"):
        seen: list[str] = []
        path = f"/office/products?category=small-food&sort={sort}"
        for _ in range(4):
            html = boss.get(path).content.decode()
            seen += re.findall(r'<th scope="row"><a href="[^"]+">([^<]+)', html)
            following = re.search(r'rel="next" href="([^"]+)"', html)
            if not following:
                break
            path = "/office/products" + following[1].replace("&amp;", "&")
        assert sorted(seen) == sorted(small_market.sku.values()), sort


NONSENSE = [
    "sort=x",
    "after=x&last=y",
    "sort=price&after=1&last=x",
    "col=x",
    "category=%00",
    "from=-1",
    "from=NaN",
    "from=1e99",
]


@pytest.mark.parametrize("query", [*NONSENSE, "market=XX", "sold=maybe", "q=%27%22%3B", "q=" + "x" * 400])
@pytest.mark.parametrize("page", ["products", "members", "changes", "nodes", "imports", "staff", "orders"])
def test_no_query_breaks_a_list(boss, page, query):
    assert boss.get(f"/office/{page}?{query}").status_code == 200


@pytest.mark.parametrize("page", ["orders", "stock", "members", "nodes", "imports", "staff", "changes", "products"])
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_every_list_goes_out_as_a_sheet(boss, small_market, page, form):
    request = trade.OrderRequest(
        order_id=uuid7(), buyer_id=71, node=small_market.store, channel="web",
        lines=[trade.OrderLine(small_market.sku["milk"], 1)],
    )  # fmt: skip
    trade.place(request)
    answer = boss.get(f"/office/{page}?format={form}")
    content = b"".join(answer)
    answer.close()
    assert answer.headers["Content-Disposition"].endswith(f'.{form}"')
    assert content.startswith(b"PK" if form == "xlsx" else b"\xef\xbb\xbf")


def test_the_palette_finds_what_one_may_see(boss, small_market):
    def found(client: Client, words: str) -> set[str]:
        hits = client.get("/office/find", {"q": words, "format": "json"}).json()["found"]
        return {hit["href"] for hit in hits}

    code = small_market.sku["cheese"]
    assert f"/office/products/{line(small_market, 'cheese').product_id}" in found(boss, code)
    assert "/office/staff" in found(boss, "sta")
    assert f"/office/nodes/{small_market.korean_store}" in found(boss, "mapo")
    member = Member.objects.create_user(f"{uuid7()}@example.com", None, name="Palette Person")
    assert f"/office/members/{member.pk}" in found(boss, "palette person")
    clerk = enter(colleague())
    assert "/office/staff" not in found(clerk, "sta")
    assert found(clerk, "palette person") == set()
    order_id = uuid7()
    lines = [trade.OrderLine(small_market.sku["milk"], 1)]
    trade.place(trade.OrderRequest(order_id=order_id, buyer_id=71, node=small_market.store, lines=lines, channel="web"))
    assert found(clerk, str(order_id)) == {f"/office/orders/{order_id}"}
    page = clerk.get(f"/office/orders/{order_id}").content.decode()
    assert "1 unit reserved at" in page


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("NEWRETAIL_SECRET_KEY", "abc", "hidden"),
        ("NEWRETAIL_SECRET_KEY", "", ""),
        ("NEWRETAIL_DATABASE_URL", "postgresql://me:secret@db:5432/x?host=y", "postgresql://me:•••@db:5432/x?host=y"),
        ("NEWRETAIL_EMAIL_URL", "smtp://u:p%40ss@mail:25", "smtp://u:•••@mail:25"),
        ("NEWRETAIL_PORT", "8000", "8000"),
    ],
)
def test_settings_keep_their_secrets(name, text, expected):
    assert shown(name, text) == expected


def test_an_owner_names_a_market_and_its_languages(boss, small_market):
    """The change is written down; a first language that is none of the market's is told at its field."""
    path = "/office/settings/markets/KR"
    wrong = boss.post(path, {"name": "Korea", "languages": ["en"], "first": "ko", "unpaid_minutes": 4})
    assert wrong.status_code == 422
    assert "one of the market" in wrong.content.decode()
    assert "greater than or equal to 5" in wrong.content.decode()
    before = markets.market("KR")
    told = {"name": "Korea", "languages": ["en", "ko"], "first": "ko", "unpaid_minutes": 40, "gift_card_months": 60}
    assert boss.post(path, told).status_code == 302
    after = markets.market("KR")
    assert (after.name, after.languages, after.unpaid_minutes) == ("Korea", ("ko", "en"), 40)
    assert all_terms(connection.connection)["KR"].unpaid_minutes == 40, "the engine reads it from there"
    change = Change.objects.filter(subject="market", subject_key="KR").latest("id")
    assert (change.before, change.after) == (
        {"name": before.name, "languages": list(before.languages), "unpaid_minutes": 15, "gift_card_months": 0},
        {"name": "Korea", "languages": ["ko", "en"], "unpaid_minutes": 40, "gift_card_months": 60},
    )
    told |= {"name": before.name, "languages": list(before.languages), "first": before.languages[0]}
    told |= {"unpaid_minutes": 15, "gift_card_months": 0}
    boss.post(path, told)
    assert boss.get("/office/settings/markets/XX").status_code == 404


def test_keys_of_providers_are_never_shown():
    for name in ("NEWRETAIL_SECRET_KEY", "NEWRETAIL_STRIPE_SECRET_KEY", "NEWRETAIL_STRIPE_WEBHOOK_SECRET"):
        assert shown(name, "sk_live_1") == "hidden"
