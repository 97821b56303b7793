"""Errors as RFC 9457 problem+json, each saying what to do."""

from __future__ import annotations

from typing import Any

import msgspec

# Refusals that the state of the market causes (409: ask again differently) and those of the request itself (422).
_STATUS = {
    "conflict": 409,
    "out_of_stock": 409,
    "buyer_cap": 409,
    "total_differs": 409,
    "not_sold_here": 409,
}
TITLES = {
    "malformed": "The body could not be read",
    "invalid": "The body is not an order",
    "unauthorised": "No valid API key",
    "forbidden": "The API key may not do this",
    "not_found": "Not found",
    "method_not_allowed": "Method not allowed",
    "too_large": "The body is too large",
    "unsupported_media_type": "Unsupported media type",
    "wrong_host": "This host is not served here",
    "too_many_requests": "Too many requests",
    "busy": "The market is busy",
    "unavailable": "The database is away",
    "bad_signature": "Not signed by the provider",
    "too_old": "Outside the replay window",
    "unreadable": "Not an event of the provider's",
    "internal": "Something went wrong on our side",
}


class Problem(Exception):
    """An answer that refuses. `reason` is stable for programs, `detail` says in English what to do."""

    def __init__(self, status: int, reason: str, detail: str, retry_after: int | None = None, **more: Any) -> None:
        super().__init__(detail)
        self.status = status
        self.reason = reason
        self.retry_after = retry_after
        self.more = more

    def body(self) -> bytes:
        title = TITLES.get(self.reason, self.reason.replace("_", " ").capitalize())
        return msgspec.json.encode(
            {
                "type": f"urn:newretail:problem:{self.reason}",
                "title": title,
                "status": self.status,
                "detail": str(self),
                "reason": self.reason,
                **self.more,
            }
        )


def status_of_refusal(reason: str) -> int:
    return _STATUS.get(reason, 422)
