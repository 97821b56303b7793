"""What a person found out about things that fit nothing: provider events, and disagreements with a provider."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from newretail.kit.sentences import sentence
from newretail.pay.settlement.desk import CellBooks, Refused


def close_event(books: CellBooks, provider: str, event_id: str, actor: str, now: datetime, note: str) -> None:
    """Take an event that fits nothing off the worklist, with a word about why; done twice it is done once.

    Raises Refused without a word, or when there is no such event.
    """
    if not note.strip():
        raise Refused(sentence("Write what you found out: the next person will ask."))
    closed = books.run("close_event", [actor, now, note.strip(), provider, event_id])
    if closed.rowcount == 0 and books.run("event_is_closed", [provider, event_id]).fetchone() is None:
        raise Refused(sentence("There is no such event on the worklist."))


def explain(books: CellBooks, provider: str, payment_id: UUID, what: int, actor: str, now: datetime, note: str) -> None:
    """Say why a provider and the books differ; it is open again when the amounts change. Raises Refused."""
    if not note.strip():
        raise Refused(sentence("Write what you found out: the next person will ask."))
    done = books.run("explain_disagreement", [actor, now, note.strip(), provider, payment_id, what])
    if done.rowcount == 0:
        raise Refused(sentence("They agree by now, or there is no such disagreement."))
