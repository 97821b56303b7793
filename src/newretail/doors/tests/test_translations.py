"""The catalogues of messages: complete, and the check notices when they are not."""

from __future__ import annotations

import re

import pytest
from babel.messages.catalog import Catalog
from django.utils import translation

from newretail.doors import translations


@pytest.fixture(scope="module")
def template() -> Catalog:
    """What templates and code say; reading all of them takes seconds."""
    return translations.messages_in_code()


def test_everything_that_is_said_is_translated(template):
    assert [line for language in translations.LANGUAGES for line in translations.faults(language, template)] == []


def test_templates_and_code_are_read(template):
    """Messages are found in templates, in code and in lazy ones; else the check above proves nothing."""
    found = {message.id for message in template if message.id}
    assert {"Place the order", "Add to cart", "You are signed out."} <= found
    assert ("%(num)d product", "%(num)d products") in found


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        (lambda catalogue: catalogue.delete("Cart"), "missing"),
        (lambda catalogue: setattr(catalogue["Cart"], "string", ""), "not translated"),
        (lambda catalogue: setattr(catalogue["Cart"], "string", "购物车"), "in another language"),
        (lambda catalogue: catalogue.add("Said by nobody", "x"), "not said any more"),
        (lambda catalogue: setattr(catalogue["Welcome, %(name)s."], "string", "%(nom)s"), "Welcome"),
    ],
)
def test_the_check_notices(template, monkeypatch, tmp_path, spoil, word):
    """A message that is missing, empty, foreign, stale, or names another variable is a fault each."""
    catalogue = translations.read("ko")
    spoil(catalogue)
    monkeypatch.setattr(translations, "LOCALE", tmp_path)
    file = translations.catalogue_file("ko")
    file.parent.mkdir(parents=True)
    file.write_bytes(translations.as_text(catalogue))
    (found,) = translations.faults("ko", template)
    assert word in found


def test_extracting_again_changes_nothing(template):
    for language in translations.LANGUAGES:
        again = translations.as_text(translations.updated(language, template))
        assert again == translations.catalogue_file(language).read_bytes()


def test_compiled_messages_are_those_of_the_language():
    translations.compile()
    for language, said in [("ko", "장바구니"), ("zh-hans", "购物车"), ("en", "Cart")]:
        with translation.override(language):
            assert translation.gettext("Cart") == said


def test_no_korean_sentence_is_english():
    """A translation that has no letter of its language is a copy; codes, names and mere signs are the exception."""
    letters = {"ko": re.compile("[가-힣]"), "zh_Hans": re.compile("[一-鿿]")}
    for language, letter in letters.items():
        for message in translations.read(language):
            strings = message.string if isinstance(message.string, (list, tuple)) else (message.string,)
            if message.id and message.id not in ("SKU", "SKUs", "of %(left)s"):
                assert all(letter.search(str(text)) for text in strings), f"{language}: {message.id}"
