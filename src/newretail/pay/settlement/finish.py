"""What a run that died decided and did not post: posted now."""

from __future__ import annotations

from datetime import datetime

from newretail.pay.settlement import days, payouts, reports
from newretail.pay.settlement.desk import CellBooks


def finish(books: CellBooks, now: datetime) -> int:
    """Post every decision that is not in the books yet; return how many. Repeatable."""
    return sum(part.post_unposted(books, now) for part in (days, payouts, reports))
