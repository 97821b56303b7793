"""In which language the one who reads now reads: what is said of a thing by name is read in it, as gettext does."""

from __future__ import annotations

ENGLISH = "en"


def reader_language() -> str:
    """The language that is active here; English in a process without Django, such as the orders' door."""
    from django.conf import settings
    from django.utils.translation import get_language

    return (get_language() or ENGLISH) if settings.configured else ENGLISH
