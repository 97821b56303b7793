"""What the wall says, for its scripts: they draw, and take every word from here."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

SCENES = ("gmv", "map", "pace", "goods", "records", "midnight")


def words() -> dict[str, str]:
    """By the names that the scripts use; `%s` stands for what they put in."""
    return {
        "accepted": _("accepted"),
        "refused": _("refused"),
        "orders": _("orders"),
        "live": _("Live"),
        "rehearsal": _("Rehearsal %s: no real orders"),
        "replay": _("Replay of rehearsal %s"),
        "reconnecting": _("Connection lost. Trying again …"),
        "no_access": _("This screen is signed out. Sign in again as staff."),
        "milestone_orders": _("%s orders"),
        "now": _("now"),
        "none_yet": _("none yet"),
        "bestsellers": _("Bestsellers of the rehearsal"),
        "departments": _("What people buy"),
        "until": _("until 11.11"),
        "until_end": _("left of 11.11"),
        "until_start": _("until the rehearsal"),
        "day": _("d"),
        "paid": _("paid"),
    }


def tender_names() -> dict[str, str]:
    """What payments are counted by (pay's SOURCES), as a room reads it."""
    return {
        "wallet": _("wallet"),
        "gift_card": _("gift card"),
        "points": _("points"),
        "card": _("card"),
        "till_card": _("card at the till"),
        "cash": _("cash"),
    }


def next_midnight(zone: str, now: datetime) -> tuple[datetime, bool]:
    """The next turn of an 11.11 in a time zone, and whether that is its end: the midnight it begins or ends with."""
    here = now.astimezone(ZoneInfo(zone))
    begins = here.replace(month=11, day=11, hour=0, minute=0, second=0, microsecond=0)
    if here < begins:
        return begins, False
    if here < begins + timedelta(days=1):
        return begins + timedelta(days=1), True
    return begins.replace(year=begins.year + 1), False
