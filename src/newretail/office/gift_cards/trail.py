"""What is done with gift cards, as the trail keeps it: never a code, only its last letters."""

from __future__ import annotations

from typing import Any

from newretail.office.audit.trail import Deed
from newretail.pay.settlement import api as settlement

# What the trail calls a request that was made.
ASKED = {
    settlement.CardDeed.ISSUE: "issue",
    settlement.CardDeed.BLOCK: "block",
    settlement.CardDeed.LET_GO: "let_go",
    settlement.CardDeed.VOID: "void",
}


def deed_of_request(
    asked: settlement.CardRequest, market_code: str, ending: str = "", action: str = "", note: str = ""
) -> Deed:
    """A request that was made, or what was decided about it (`action`); new cards are told by their request."""
    amount: dict[str, Any] = {f"amount_{market_code}": asked.value_minor or asked.amount_minor}
    after = {**amount, "cards": asked.cards} if asked.cards else amount
    if asked.expires_at is not None:
        after = {**after, "expires_at": asked.expires_at.isoformat(timespec="minutes")}
    is_card = asked.account_id is not None
    subject, key = ("gift_card", str(asked.account_id)) if is_card else ("gift_cards", str(asked.request_id))
    label = f"•••• {ending}" if is_card else f"{asked.cards} × {market_code}"
    done = action or ASKED[settlement.CardDeed(asked.deed)]
    return Deed(done, subject, key, label, None, after, note or ("" if action else asked.reason))
