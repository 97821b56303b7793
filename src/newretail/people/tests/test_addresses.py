"""Addresses: what each country's form asks for, how it is written there, and the book of a member."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from newretail.people import api
from newretail.people.addresses import LIMIT
from newretail.people.models import Address, Member

US = {
    "address": "1016 W Magnolia Ave",
    "address2": "Apt 4",
    "city": "Knoxville",
    "region": "TN",
    "postal_code": "37902",
}
KR = {"postal_code": "04168", "city": "서울 마포구", "address": "마포대로 12", "address2": "101동 1203호"}
CN = {"region": "北京市", "city": "北京市", "district": "海淀区", "address": "中关村大街 1 号"}
FR = {"address": "1 rue X", "city": "Lyon"}
WHO = {"name": "Ann", "phone": "+1 865 555 0100"}


@pytest.mark.parametrize(("country", "values"), [("US", US), ("KR", KR), ("CN", CN), ("FR", FR)])
def test_a_good_address_has_no_fault(country, values):
    assert api.faults_of_address(country, values) == {}


@pytest.mark.parametrize(
    ("country", "change", "fault"),
    [
        ("US", {"postal_code": "3790"}, {"postal_code": "malformed"}),
        ("US", {"region": "Tennessee"}, {"region": "malformed"}),
        ("US", {"city": " "}, {"city": "missing"}),
        ("KR", {"postal_code": "041-68"}, {"postal_code": "malformed"}),
        ("KR", {"address": ""}, {"address": "missing"}),
        ("CN", {"district": "", "postal_code": "12"}, {"district": "missing", "postal_code": "malformed"}),
        ("CN", {"address": "号" * 300}, {"address": "too long"}),
    ],
)
def test_faults_are_named_by_part(country, change, fault):
    assert api.faults_of_address(country, {**{"US": US, "KR": KR, "CN": CN}[country], **change}) == fault


def test_what_nobody_means_is_not_a_fault():
    """Small letters, full-width digits and spaces around it are forgiven, and written the right way."""
    typed = {**US, "region": " tn ", "postal_code": "３７９０２"}
    assert api.faults_of_address("US", typed) == {}
    cleaned = {part.name: api.clean_part(part, "US", typed.get(part.name, "")) for part in api.form_of("US")}
    assert (cleaned["region"], cleaned["postal_code"]) == ("TN", "37902")


def test_an_address_is_written_as_in_its_country():
    assert api.address_lines("US", US) == ["1016 W Magnolia Ave", "Apt 4", "Knoxville, TN 37902"]
    assert api.address_lines("KR", KR) == ["(04168) 서울 마포구 마포대로 12", "101동 1203호"]
    assert api.address_lines("CN", CN) == ["北京市海淀区中关村大街 1 号"]


@pytest.fixture
def ann(in_rollback):
    return Member.objects.create_user("ann@example.com", "four words for you", name="Ann")


def test_the_first_address_of_a_country_is_its_default(ann):
    first = api.keep_address(ann, "US", {**WHO, **US})
    second = api.keep_address(ann, "US", {**WHO, **US, "address": "2 Elm St"})
    korean = api.keep_address(ann, "KR", {**WHO, **KR})
    assert [entry.is_default for entry in (first, second, korean)] == [True, False, True]
    api.keep_address(ann, "US", {**WHO, **US, "address": "2 Elm St"}, address_id=second.pk, default=True)
    assert [entry.pk for entry in api.addresses(ann, "US")] == [second.pk, first.pk]
    api.drop_address(ann, second.pk)
    assert [entry.is_default for entry in api.addresses(ann, "US")] == [True]


def test_the_same_address_is_kept_once(ann):
    for _ in range(3):
        api.keep_address(ann, "US", {**WHO, **US})
    assert len(api.addresses(ann)) == 1


def test_a_full_book_says_so(ann):
    for number in range(LIMIT):
        api.keep_address(ann, "US", {**WHO, **US, "address": f"{number} Elm St"})
    with pytest.raises(api.TooManyAddresses):
        api.keep_address(ann, "US", {**WHO, **US})


def test_nobody_touches_the_address_of_another(ann):
    bob = Member.objects.create_user("bob@example.com", "four words for you")
    entry = api.keep_address(ann, "US", {**WHO, **US})
    assert api.address(bob, entry.pk) is None
    assert not api.drop_address(bob, entry.pk)
    other = api.keep_address(bob, "US", {**WHO, **US, "address": "9 Oak St"}, address_id=entry.pk)
    assert other.pk != entry.pk
    assert Address.objects.get(pk=entry.pk).address == US["address"]


def test_two_defaults_are_fenced_off(ann):
    """The last fence is in the table."""
    api.keep_address(ann, "US", {**WHO, **US})
    with pytest.raises(IntegrityError), transaction.atomic():
        Address.objects.create(member=ann, country="US", is_default=True, **WHO, **US)
