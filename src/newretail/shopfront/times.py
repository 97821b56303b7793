"""When goods are usually there: an estimate by the hour of the day at the store, said as such."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

OPENS, CLOSES = 9, 21  # hours at the store
PICKING_HOURS = 2
LAST_VAN = 12  # what is ordered by noon is driven the same evening


def pick_up_from(now: datetime, time_zone: str) -> datetime:
    """The full hour from which an order of `now` can usually be picked up, in the store's time zone."""
    local = now.astimezone(ZoneInfo(time_zone))
    start = max(local, local.replace(hour=OPENS, minute=0, second=0, microsecond=0))
    ready = (start + timedelta(hours=PICKING_HOURS, minutes=59)).replace(minute=0, second=0, microsecond=0)
    if ready.date() > local.date() or ready.hour >= CLOSES:
        tomorrow = local + timedelta(days=1)
        return tomorrow.replace(hour=OPENS + PICKING_HOURS, minute=0, second=0, microsecond=0)
    return ready


def delivered_by(now: datetime, time_zone: str) -> datetime:
    """The evening by which an order of `now` is usually delivered, in the store's time zone."""
    local = now.astimezone(ZoneInfo(time_zone))
    day = local if local.hour < LAST_VAN else local + timedelta(days=1)
    return day.replace(hour=CLOSES, minute=0, second=0, microsecond=0)
