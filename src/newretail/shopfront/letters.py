"""How a mail of the shop is made: text and HTML that say the same, in the language that is active."""

from __future__ import annotations

from collections.abc import Sequence

from django.template.loader import render_to_string
from django.utils.translation import get_language

from newretail.kit import settings
from newretail.people import api as people


def address_of(path: str) -> str:
    """The full address of a page, from the settings: never from what a request says its host is."""
    home = settings.PUBLIC_URL.text or f"http://localhost:{settings.PORT.number}"
    return home.rstrip("/") + path


def write(
    subject: str, paragraphs: Sequence[str], action: tuple[str, str] | None = None, rows: Sequence[tuple[str, str]] = ()
) -> people.Letter:
    """A mail in the language that is active: text and HTML say the same. `action`: label and path of its one button."""
    label, path = action or ("", "")
    context = {"subject": subject, "paragraphs": paragraphs, "rows": rows, "label": label}
    context["link"] = address_of(path) if path else ""
    text = render_to_string("shopfront/mail_text.html", context)
    return people.Letter(get_language() or "en", subject, text, render_to_string("shopfront/mail.html", context))
