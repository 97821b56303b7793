"""Hand everything that is not the API to the pages process, so that the market has one address."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpx

from newretail.doors.orders.problems import Problem
from newretail.kit import settings

# RFC 9110 §7.6.1: these concern one connection and are not handed on.
_HOP = {
    b"connection",
    b"keep-alive",
    b"proxy-connection",
    b"proxy-authenticate",
    b"proxy-authorization",
    b"te",
    b"trailer",
    b"transfer-encoding",
    b"upgrade",
}
_OURS = {b"x-forwarded-for", b"x-forwarded-proto", b"forwarded"}
Send = Callable[[dict[str, Any]], Awaitable[None]]


class Forwarder:
    """A small reverse proxy to one loopback address; a production set-up may route by path before us instead."""

    def __init__(self, pages_url: str) -> None:
        limits = httpx.Limits(max_connections=100, max_keepalive_connections=20)
        # Keeps no cookies: one visitor's session must never be sent along with another's request.
        no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
        self._client = httpx.AsyncClient(
            base_url=pages_url, timeout=60.0, limits=limits, trust_env=False, cookies=no_cookies
        )

    async def close(self) -> None:
        await self._client.aclose()

    async def __call__(self, scope: dict[str, Any], body: bytes, send: Send) -> None:
        target = scope["raw_path"] if scope.get("raw_path") else scope["path"].encode()
        if scope["query_string"]:
            target += b"?" + scope["query_string"]
        request = self._client.build_request(
            scope["method"], httpx.URL(self._client.base_url, raw_path=target), headers=_headers(scope), content=body
        )
        try:
            response = await self._client.send(request, stream=True, follow_redirects=False)
        except httpx.HTTPError:
            raise Problem(503, "unavailable", "The pages are starting. Try again in a moment.", retry_after=1) from None
        try:
            headers = [(n.lower(), v) for n, v in response.headers.raw if n.lower() not in _HOP]
            await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
            async for chunk in response.aiter_raw():
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            await response.aclose()


def _headers(scope: dict[str, Any]) -> list[tuple[bytes, bytes]]:
    """What the pages may believe of the caller. Behind a TLS proxy (NEWRETAIL_HTTPS) that proxy's word counts."""
    kept = [(n, v) for n, v in scope["headers"] if n not in _HOP and n not in _OURS and n != b"content-length"]
    said = dict(scope["headers"]) if settings.HTTPS.flag else {}
    client = scope.get("client")
    address = said.get(b"x-forwarded-for", client[0].encode() if client else b"").rpartition(b",")[2].strip()
    if address:
        kept.append((b"x-forwarded-for", address))
    kept.append((b"x-forwarded-proto", said.get(b"x-forwarded-proto", scope.get("scheme", "http").encode())))
    return kept
