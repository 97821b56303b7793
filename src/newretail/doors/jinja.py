"""The Jinja2 environment of all pages: strict, escaped, translated."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, MutableMapping
from functools import cache, cached_property, lru_cache
from typing import Any

from babel import Locale
from babel.numbers import format_decimal
from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest
from django.middleware.csrf import CSRF_ALLOWED_CHARS, CSRF_SECRET_LENGTH, get_token
from django.templatetags.static import static as static_url
from django.urls import reverse
from django.utils import translation
from jinja2 import Environment, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from newretail.catalog.api import OWN_BRAND, category_name
from newretail.catalog.api import brand_name as named_brand
from newretail.doors.pieces import kept, kept_whole
from newretail.shopfront.reader import distance, drawing_of


@cache
def static(path: str) -> str:
    """The URL of a static file, with a hash of its content so that browsers may keep it."""
    file = finders.find(path)
    if not isinstance(file, str):
        raise FileNotFoundError(f"No static file {path!r}.")
    with open(file, "rb") as content:
        return f"{static_url(path)}?v={hashlib.file_digest(content, 'sha256').hexdigest()[:10]}"


@lru_cache(maxsize=20_000)  # hundreds a page; no address by this depends on the language or the visitor
def url(name: str, *args: Any, **kwargs: Any) -> str:
    return reverse(name, args=args, kwargs=kwargs)


def language() -> str:
    return translation.get_language() or "en"


_LETTERS = CSRF_ALLOWED_CHARS
_PLACE = {letter: place for place, letter in enumerate(_LETTERS)}
_BASE = len(_LETTERS)
_FAIR = 256 - 256 % _BASE  # bytes from here on would make some letters likelier than others


def _mask() -> list[int]:
    """As many places of letters as a secret has, all equally likely; one question to the system's chance, not 32."""
    found: list[int] = []
    while len(found) < CSRF_SECRET_LENGTH:
        found += [byte % _BASE for byte in os.urandom(2 * CSRF_SECRET_LENGTH) if byte < _FAIR]
    return found[:CSRF_SECRET_LENGTH]


def masked(secret: str) -> str:
    """A form's token as Django's guard reads it: a mask that is new each time, then the secret under it."""
    mask = _mask()
    hidden = [_LETTERS[(_PLACE[letter] + by) % _BASE] for letter, by in zip(secret, mask, strict=True)]
    return "".join([*[_LETTERS[place] for place in mask], *hidden])


def token_field(request: HttpRequest) -> Markup:
    """The hidden field with the token, and so a cookie with its secret."""
    if "CSRF_COOKIE" in request.META:
        request.META["CSRF_COOKIE_NEEDS_UPDATE"] = True  # it is used: the cookie lives on
        token = masked(request.META["CSRF_COOKIE"])
    else:
        token = get_token(request)
    return Markup(f'<input type="hidden" name="csrfmiddlewaretoken" value="{token}">')  # noqa: S704  # letters, digits


class Once:
    """HTML that is made when a page first shows it, and then kept: a page may have many forms, but one token."""

    def __init__(self, make: Callable[[], str]) -> None:
        self._make = make

    @cached_property
    def _text(self) -> str:
        return self._make()

    def __html__(self) -> str:
        return self._text

    __str__ = __html__


def token_once(request: HttpRequest) -> dict[str, Once]:
    """The field with the token against forged requests, made once a page and not once a form."""
    return {"csrf_input": Once(lambda: token_field(request))}


@lru_cache(maxsize=1000)
def _market_name(code: str, otherwise: str, reader: str) -> str:
    return str(Locale.parse(reader.replace("-", "_")).territories.get(code, otherwise))


def market_name(code: str, otherwise: str) -> str:
    """The country of a market in the reader's language."""
    return _market_name(code, otherwise, language())


def brand_name(brand: str) -> str:
    """A brand; the house's own has no name of its own until somebody gives it one."""
    said = named_brand(brand, language())
    return translation.gettext("Our own brand") if said == OWN_BRAND else said


def shelf_name(name: str) -> str:
    """A category's name in the reader's language."""
    return category_name(name, language())


@lru_cache(maxsize=5000)
def _number(value: float, reader: str) -> str:
    return format_decimal(value, locale=reader.replace("-", "_"))


def number(value: float) -> str:
    """A figure grouped as the reader's language does."""
    return _number(value, language())


@lru_cache(maxsize=10_000)
def _said(text: str, reader: str) -> Markup:
    """A text of our own in a language: HTML, and a pattern (`%%` is a per cent sign)."""
    return Markup(translation.gettext(text))  # noqa: S704  # texts are ours and our translators'


@lru_cache(maxsize=10_000)
def _said_plainly(text: str, reader: str) -> Markup:
    return _said(text, reader) % {}


def said(text: str, **values: Any) -> Markup:
    """`_()` of templates: the text in the reader's language, with values (escaped) where it has `%(name)s`.

    It does what the extension's own one does, without looking up the text and itself in the context at each use.
    """
    reader = language()
    return _said(text, reader) % values if values else _said_plainly(text, reader)


class Pages(Environment):
    """Whose templates share one mapping of globals, as none has its own.

    Each import compares the names of two such mappings: with chained ones in 120 calls, with the same one in three.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return super().make_globals(d) if d else self.globals


@pass_context
def page_name(context: Context) -> str:
    """The template that the page is made of, for whoever wonders where it comes from (and for the walk of tests)."""
    return context.name or ""


def environment(**options: Any) -> Environment:
    """Called by Django's backend, which sets the loader."""
    options["undefined"] = StrictUndefined  # a name that is missing is a mistake, not an empty string
    options |= {"autoescape": True, "trim_blocks": True, "lstrip_blocks": True, "extensions": ["jinja2.ext.i18n"]}
    made = Pages(**options)  # autoescape is on, one line above
    made.install_gettext_callables(  # type: ignore[attr-defined]
        translation.gettext, translation.ngettext, newstyle=True, pgettext=translation.pgettext
    )
    made.globals["_"] = said
    made.globals.update(static=static, url=url, market_name=market_name, shelf_name=shelf_name, brand_name=brand_name)
    made.globals.update(
        current_language=language,
        languages=lambda: settings.LANGUAGES,
        kept=kept,
        kept_whole=kept_whole,
        page_name=page_name,
        drawing_of=drawing_of,
        distance=distance,
    )
    made.filters["number"] = number
    return made
