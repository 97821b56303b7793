"""Members in the office: found, looked after, never deleted; what was imported is only read."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from newretail.people.models import Household, Member


@pytest.fixture
def household(in_rollback):
    """An imported member with a household."""
    member = Member.objects.create(id=367, email="household-367@demo.invalid", name="Household 367", password="!")
    Household.objects.create(member=member, age="35-44", income="50-74K")
    return member


@pytest.fixture
def office(household):
    client = Client()
    client.force_login(Member.objects.create_superuser("chief@example.com", "correct horse"))
    return client


@pytest.mark.parametrize("words", ["household-367", "Household 367", "367"])
def test_members_are_found(office, words):
    """By mail, by name, by buyer id, with few queries."""
    url = reverse("admin:people_member_changelist")
    office.get(url)
    with CaptureQueriesContext(connection) as queries:
        response = office.get(url, {"q": words})
    assert [member.pk for member in response.context["cl"].result_list] == [367]
    assert len(queries) <= 8


def _fields(**changed):
    fields = {"email": "household-367@demo.invalid", "name": "Household 367", "market_code": "US", "language": "en"}
    lines = {"household-TOTAL_FORMS": 0, "household-INITIAL_FORMS": 0}
    return {**fields, "is_active": "on", **lines, **changed}


def test_a_member_is_changed_but_not_what_was_imported(office, household):
    """Name and language are for changing; the household's figures and the home node are not."""
    url = reverse("admin:people_member_change", args=[367])
    assert "35-44" in office.get(url).content.decode()
    data = _fields(name="The Kims", language="ko", home_node_id=99, **{"household-0-age": "65+"})
    assert office.post(url, data).status_code == 302
    household.refresh_from_db()
    assert (household.name, household.language, household.home_node_id) == ("The Kims", "ko", None)
    assert household.household.age == "35-44"


def test_members_are_not_deleted(office):
    """Orders name the buyer for ever."""
    assert office.get(reverse("admin:people_member_delete", args=[367])).status_code == 403


def test_a_member_is_added_with_a_password(office):
    """By mail; the id comes after those that imports keep."""
    data = {
        "email": "new@example.com",
        "name": "New",
        "usable_password": "true",
        "password1": "correct horse battery",
        "password2": "correct horse battery",
    }
    lines = {"household-TOTAL_FORMS": 0, "household-INITIAL_FORMS": 0}
    assert office.post(reverse("admin:people_member_add"), {**data, **lines}).status_code == 302
    member = Member.objects.get(email="new@example.com")
    assert member.check_password("correct horse battery")
    assert member.pk > 100_000


def test_an_imported_member_cannot_sign_in(household):
    """No password fits, not even an empty one."""
    assert not household.has_usable_password()
    assert not household.check_password("")
