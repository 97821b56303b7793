"""The OpenAPI document of the public API; the shapes come from the types that decode and encode them."""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec

from newretail import __version__
from newretail.markets.terms.api import Way
from newretail.trade.orders import OrderRequest, OrderView, Verdict
from newretail.trade.quotes import Quote, QuoteRequest
from newretail.trade.rules import MAX_LINES, MAX_QUANTITY, Channel, Reason

_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "reason"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is wrong and what to do, in English."},
        "reason": {"type": "string", "description": "Stable, for programs."},
        "sku": {"type": ["string", "null"]},
        "total_minor": {"type": "integer", "description": "The right total, in minor units of `currency`."},
        "currency": {"type": "string"},
    },
}
_STOCK = {
    "type": "object",
    "required": ["sku", "nodes"],
    "properties": {
        "sku": {"type": "string"},
        "nodes": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["node", "market", "on_hand", "reserved", "available", "back_order"],
                "properties": {
                    "node": {"type": "string"},
                    "market": {"type": "string"},
                    "on_hand": {"type": "integer"},
                    "reserved": {"type": "integer"},
                    "available": {"type": "integer"},
                    "back_order": {"type": "boolean"},
                },
            },
        },
    },
}
_CANCELLED = {
    "type": "object",
    "required": ["order_id", "state", "detail"],
    "properties": {
        "order_id": {"type": "string", "format": "uuid"},
        "state": {"type": "string"},
        "detail": {"type": "string"},
    },
}
_STATUS = {
    400: "The body is not JSON.",
    401: "No valid API key.",
    403: "The key lacks the scope.",
    404: "There is no such thing.",
    409: "Refused: out of stock, beyond the buyer's cap, another total, or an id that says something else.",
    413: "The body is too large.",
    415: "Another media type is needed.",
    421: "This host is not served here.",
    422: "The request itself is wrong; the detail says where.",
    429: "Too many requests for this key, or a full queue: come back after `Retry-After` seconds.",
    503: "The database is away; the same request may be sent again.",
}


def _problems(*statuses: int) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    answers: dict[str, Any] = {str(s): {"description": _STATUS[s], "content": content} for s in statuses}
    for status in (429, 503):
        if str(status) in answers:
            answers[str(status)]["headers"] = {"Retry-After": {"schema": {"type": "integer"}}}
    return answers


def _json(name: str, description: str) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{name}"}
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _id_parameter() -> dict[str, Any]:
    return {
        "name": "order_id",
        "in": "path",
        "required": True,
        "description": "A UUID of version 7, made by the caller. Sending the same again changes nothing.",
        "schema": {"type": "string", "format": "uuid"},
        "example": "01936f5e-7c00-7abc-8def-0123456789ab",
    }


def _paths() -> dict[str, Any]:
    order_body = {"application/json": {"schema": {"$ref": "#/components/schemas/OrderRequest"}}}
    return {
        "/v1/orders/{order_id}": {
            "parameters": [_id_parameter()],
            "put": {
                "operationId": "placeOrder",
                "summary": "Place one order: all lines or none, priced from the catalogue.",
                "security": [{"key": ["orders:write"]}],
                "requestBody": {"required": True, "content": order_body},
                "responses": {
                    "201": _json("Verdict", "Accepted, and on disk."),
                    "200": _json("Verdict", "It was placed before and says the same: its first answer."),
                    **_problems(400, 401, 403, 409, 413, 421, 422, 429, 503),
                },
            },
            "get": {
                "operationId": "getOrder",
                "summary": "An order as it stands, with its lines and moves.",
                "security": [{"key": ["orders:read"]}],
                "responses": {"200": _json("OrderView", "The order."), **_problems(401, 403, 404, 413, 421, 422, 503)},
            },
        },
        "/v1/orders/{order_id}:cancel": {
            "parameters": [_id_parameter()],
            "post": {
                "operationId": "cancelOrder",
                "summary": "Cancel an order that has not left its node; its units are free again, once.",
                "security": [{"key": ["orders:write"]}],
                "responses": {
                    "200": _json("Cancelled", "Cancelled, now or before."),
                    **_problems(401, 403, 404, 409, 413, 421, 422, 429, 503),
                },
            },
        },
        "/v1/orders:batch": {"post": _bulk()},
        "/v1/quotes": {
            "post": {
                "operationId": "quoteOrder",
                "summary": "What an order would cost now, line by line; nothing is kept, held or promised.",
                "description": "Send `total_minor` as the order's `expected_total_minor`: it costs that or is refused.",
                "security": [{"key": ["orders:read"]}],
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/QuoteRequest"}}},
                },
                "responses": {"200": _json("Quote", "The quote."), **_problems(400, 401, 403, 409, 413, 421, 422, 429)},
            }
        },
        "/v1/wall/events": {"get": _wall()},
        "/v1/stock/{sku}": {
            "get": {
                "operationId": "getStock",
                "summary": "Where a SKU lies, node by node.",
                "security": [{"key": ["stock:read"]}],
                "parameters": [
                    {
                        "name": "sku",
                        "in": "path",
                        "required": True,
                        "schema": {"type": "string", "minLength": 1, "pattern": "^[^/]+$"},
                    }
                ],
                "responses": {"200": _json("Stock", "The stock."), **_problems(401, 403, 404, 413, 421, 503)},
            }
        },
    }


def _wall() -> dict[str, Any]:
    def parameter(name: str, description: str) -> dict[str, Any]:
        return {
            "name": name,
            "in": "query",
            "required": False,
            "description": description,
            "schema": {"type": "string"},
        }

    return {
        "operationId": "watchWall",
        "summary": "The 11.11 wall's figures as server-sent events: `hello` once, then `state`, at most five a second.",
        "description": "For /screen, which gets its ticket from the pages as staff. A stream ends after half an hour.",
        "parameters": [
            parameter("ticket", "Signed by the pages, good for a minute; without it: 401."),
            parameter("view", "live, auto (a rehearsal while one runs; the default), or the number of a rehearsal."),
        ],
        "responses": {
            "200": {"description": "The stream.", "content": {"text/event-stream": {"schema": {"type": "string"}}}},
            **_problems(401, 404, 413, 421, 503),
        },
    }


def _bulk() -> dict[str, Any]:
    arrow = {"schema": {"type": "string", "format": "binary"}}
    lines = {"schema": {"type": "string", "description": "One OrderRequest a line, each with its `order_id`."}}
    verdicts = {"schema": {"type": "string", "description": "One Verdict a line, in the order of the request."}}
    return {
        "operationId": "placeOrders",
        "summary": "Place up to 50,000 orders; each gets its own verdict. A malformed body places nothing.",
        "description": "Arrow columns: order_id (16 bytes or text), buyer (int64), node (text), lines (list of struct "
        "of sku, quantity); optional: channel, currency, expected_total_minor, pay (the one tender that pays the "
        "whole order), provider, way. The answer has the columns order_id, reason, total_minor.",
        "security": [{"key": ["orders:write"]}],
        "requestBody": {
            "required": True,
            "content": {"application/vnd.apache.arrow.stream": arrow, "application/x-ndjson": lines},
        },
        "responses": {
            "200": {
                "description": "A verdict for each order.",
                "content": {"application/vnd.apache.arrow.stream": arrow, "application/x-ndjson": verdicts},
            },
            **_problems(400, 401, 403, 413, 415, 421, 422, 429, 503),
        },
    }


@cache
def document() -> bytes:
    """The document as JSON."""
    shapes = (OrderRequest, Verdict, OrderView, QuoteRequest, Quote)
    _, components = msgspec.json.schema_components(shapes, ref_template="#/components/schemas/{name}")
    order = components["OrderRequest"]["properties"]
    order["lines"] |= {"minItems": 1, "maxItems": MAX_LINES}
    order["channel"] |= {"enum": [channel.name.lower() for channel in Channel]}
    ways = {"enum": [way.slug for way in Way]}
    for name in ("OrderRequest", "QuoteRequest"):
        components[name]["properties"]["way"] |= ways
    quote = components["QuoteRequest"]["properties"]
    quote["lines"] |= {"minItems": 1, "maxItems": MAX_LINES}
    quote["channel"] |= order["channel"]
    components["QuoteRequest"]["required"] = ["lines", "node"]
    order["buyer"] |= {"minimum": 1, "description": "The id of a member."}
    components["OrderLine"]["properties"]["quantity"] |= {"minimum": 1, "maximum": MAX_QUANTITY}
    reasons = [reason.slug for reason in Reason if reason > Reason.REPLAYED]
    components["Verdict"]["properties"]["reason"]["description"] = f"Empty, or one of: {', '.join(reasons)}."
    return msgspec.json.encode(
        {
            "openapi": "3.1.0",
            "info": {
                "title": "newretail",
                "version": __version__,
                "description": "One market: web shop, store, till and corner shop place the same order here.",
                "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            },
            "servers": [{"url": "/"}],
            "paths": _paths(),
            "components": {
                "schemas": {**components, "Problem": _PROBLEM, "Stock": _STOCK, "Cancelled": _CANCELLED},
                "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            },
        }
    )
