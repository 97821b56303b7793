"""The Jinja2 environment of all pages: strict, escaped, translated."""

from __future__ import annotations

import hashlib
from functools import cache, lru_cache
from typing import Any

from babel import Locale
from babel.numbers import format_decimal
from django.conf import settings
from django.contrib.staticfiles import finders
from django.templatetags.static import static as static_url
from django.urls import reverse
from django.utils import translation
from jinja2 import Environment, StrictUndefined

from newretail.catalog.api import category_name


@cache
def static(path: str) -> str:
    """The URL of a static file, with a hash of its content so that browsers may keep it."""
    file = finders.find(path)
    if not isinstance(file, str):
        raise FileNotFoundError(f"No static file {path!r}.")
    with open(file, "rb") as content:
        return f"{static_url(path)}?v={hashlib.file_digest(content, 'sha256').hexdigest()[:10]}"


@lru_cache(maxsize=20_000)  # hundreds a page; no address depends on the language or the visitor
def url(name: str, *args: Any, **kwargs: Any) -> str:
    return reverse(name, args=args, kwargs=kwargs)


def language() -> str:
    return translation.get_language() or "en"


def market_name(code: str, otherwise: str) -> str:
    """The country of a market in the reader's language."""
    return str(Locale.parse(language().replace("-", "_")).territories.get(code, otherwise))


def shelf_name(name: str) -> str:
    """A category's name in the reader's language."""
    return category_name(name, language())


def number(value: float) -> str:
    """A figure grouped as the reader's language does."""
    return format_decimal(value, locale=language().replace("-", "_"))


def environment(**options: Any) -> Environment:
    """Called by Django's backend, which sets the loader."""
    options["undefined"] = StrictUndefined  # a name that is missing is a mistake, not an empty string
    options |= {"autoescape": True, "trim_blocks": True, "lstrip_blocks": True, "extensions": ["jinja2.ext.i18n"]}
    made = Environment(**options)  # noqa: S701  # autoescape is on, one line above
    made.install_gettext_callables(  # type: ignore[attr-defined]
        translation.gettext, translation.ngettext, newstyle=True, pgettext=translation.pgettext
    )
    made.globals.update(static=static, url=url, market_name=market_name, shelf_name=shelf_name)
    made.globals.update(current_language=language, languages=lambda: settings.LANGUAGES)
    made.filters["number"] = number
    return made
