"""What the templates' own texts and tokens are: exactly what Django and Jinja's extension would say, for less."""

from __future__ import annotations

from django.middleware.csrf import CSRF_ALLOWED_CHARS
from django.middleware.csrf import _does_token_match as fits  # type: ignore[attr-defined]  # private
from django.test import RequestFactory
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from newretail.doors.jinja import environment, masked, said, token_field

secrets_ = st.text(CSRF_ALLOWED_CHARS, min_size=32, max_size=32)


@given(secrets_, secrets_)
def test_a_token_fits_its_own_secret_only(secret, other):
    """As Django's guard reads it, whose way of reading is private, so that a new version of it must be looked at."""
    assert fits(masked(secret), secret)
    assert fits(masked(secret), other) is (secret == other)


@given(secrets_)
def test_no_two_tokens_look_alike(secret):
    """Else the lengths of packed pages would tell the secret letter by letter (BREACH)."""
    assert len({masked(secret) for _ in range(20)}) == 20


def test_a_page_without_a_cookie_gets_one_with_its_token():
    request = RequestFactory().get("/")
    token_field(request)
    assert request.META["CSRF_COOKIE_NEEDS_UPDATE"] is True
    token = str(token_field(request)).partition('value="')[2].removesuffix('">')
    assert fits(token, request.META["CSRF_COOKIE"])


@given(st.text(), st.sampled_from(["en", "ko", "zh-hans"]))
def test_texts_are_what_the_extension_would_say(value, language):
    """Values are escaped, patterns are filled in, and a per cent sign stays one."""
    made = environment()
    own = made.from_string('{{ _("Search in questions and answers") }}|{{ _("%(store)s: 5%%", store=value) }}')
    its = made.from_string(
        '{{ gettext("Search in questions and answers") }}|{{ gettext("%(store)s: 5%%", store=value) }}'
    )
    with override(language):
        assert own.render(value=value) == its.render(value=value)


def test_a_text_without_values_is_a_pattern_too():
    assert said("100%% cotton") == "100% cotton"
