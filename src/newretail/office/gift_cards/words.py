"""Gift cards in the reader's words: states, deeds, and who did what."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from newretail.pay.settlement import api as settlement
from newretail.people import api as people

STATES = {
    "good": _("Can be spent"),
    "used": _("Used up"),
    "ended": _("Past its end"),
    "blocked": _("Blocked"),
    "void": _("Void"),
    "coming": _("On its way to the books"),
}
LOOKS = {"good": "on", "used": "off", "ended": "off", "blocked": "warn", "void": "off", "coming": ""}
DEEDS = {
    settlement.CardDeed.ISSUE: _("Issue"),
    settlement.CardDeed.BLOCK: _("Block"),
    settlement.CardDeed.LET_GO: _("Unblock"),
    settlement.CardDeed.VOID: _("Make void"),
}


def state_of(card: settlement.GiftCard, balance_minor: int, is_posted: bool, now: datetime) -> str:
    """As the list says it."""
    if card.state != settlement.CardState.GOOD:
        return settlement.CardState(card.state).name.lower()
    if not is_posted:
        return "coming"
    if card.expires_at is not None and card.expires_at <= now:
        return "ended"
    return "good" if balance_minor else "used"


def names(actors: Iterable[str | None]) -> dict[str, str]:
    """The e-mail of each who signs as `staff 12`; others are left as they sign."""
    signed = {actor for actor in actors if actor}
    numbers = {actor: int(actor[6:]) for actor in signed if actor.startswith("staff ") and actor[6:].isdigit()}
    found = dict(people.Member.objects.filter(pk__in=numbers.values()).values_list("pk", "email")) if numbers else {}
    return {actor: found.get(numbers.get(actor, 0), actor) for actor in signed}
