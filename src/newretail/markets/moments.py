"""Pure rules of how a moment is written: in a market's time zone, as the reader's language does."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

from newretail.markets.rules import in_words_of


def moment_text(value: datetime, time_zone: str, language: str) -> str:
    """Day and time, for instance Nov 22, 2026, 4:40 PM."""
    local = value.astimezone(ZoneInfo(time_zone))
    locale = in_words_of(language)
    day, time = format_date(local, "medium", locale=locale), time_text(value, time_zone, language)
    return f"{day}, {time}" if locale.language == "en" else f"{day} {time}"


def day_text(value: datetime, time_zone: str, language: str) -> str:
    """The day with its weekday, for instance Friday, November 27, 2026."""
    return format_date(value.astimezone(ZoneInfo(time_zone)), "full", locale=in_words_of(language))


def last_day_text(end: datetime, time_zone: str, language: str) -> str:
    """The day that is over at a moment, as a midnight is the end of the day before."""
    return day_text(end - timedelta(seconds=1), time_zone, language)


@lru_cache(maxsize=5000)  # of full hours, most of the time
def time_text(value: datetime, time_zone: str, language: str) -> str:
    """The time of the day, for instance 4:40 PM."""
    local = value.astimezone(ZoneInfo(time_zone))
    locale = in_words_of(language)
    pattern = "aaaa h:mm" if locale.language == "ko" else "short"  # CLDR's short form of Korean says AM in English
    return format_time(local, pattern, locale=locale).replace("\u202f", "\u00a0")
