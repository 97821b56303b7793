"""Who writes, and what they typed when they were asked to sign in first."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse

from newretail.catalog import api as catalog
from newretail.catalog.voices import api as voices
from newretail.shopfront.visit import Visit, visit_of
from newretail.trade import api as trade

DRAFT_KEY = "draft"
DRAFT_LIMIT = 6000
ORDERS_LOOKED_AT = 200
BOUGHT = {"shipped", "delivered"}
ANSWER_AS_STAFF = "catalog.moderate_voices"


def _keep_draft(request: HttpRequest) -> None:
    """Keep what was typed, so that it is there again after signing in."""
    typed = {name: value for name, value in request.POST.items() if name != "csrfmiddlewaretoken"}
    if sum(len(str(value)) for value in typed.values()) <= DRAFT_LIMIT:
        request.session[DRAFT_KEY] = {"path": request.path, "typed": typed}


def draft_of(request: HttpRequest) -> dict[str, Any]:
    """What was typed into this form before signing in."""
    kept = request.session.get(DRAFT_KEY)
    typed = kept.get("typed") if isinstance(kept, dict) and kept.get("path") == request.path else None
    return typed if isinstance(typed, dict) else {}


def forget_draft(request: HttpRequest) -> None:
    request.session.pop(DRAFT_KEY, None)


def members_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Whoever is not signed in signs in first, and comes back to where they were with what they typed."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if visit_of(request).member is not None:
            return view(request, *args, **kwargs)
        if request.method == "POST":
            _keep_draft(request)
        return redirect_to_login(request.get_full_path())

    return guarded


def has_bought(member_id: int, product_id: int) -> bool:
    """Was a SKU of the product handed over or sent to this member? While the books cannot be read: no."""
    skus = voices.skus_of(product_id)
    try:
        orders = trade.orders_of(member_id, limit=ORDERS_LOOKED_AT)
    except trade.DatabaseAway:
        return False
    return any(line.sku_id in skus for order in orders if order.state in BOUGHT for line in order.lines)


def writer_of(shop: Visit, product_id: int, author: str) -> voices.Writer:
    """The signed-in member as the writer of something about a product."""
    member = shop.member
    assert member is not None, "members_only let somebody in"
    is_staff = member.is_staff and member.has_perm(ANSWER_AS_STAFF)
    return voices.Writer(member.pk, author, shop.language, has_bought(member.pk, product_id), is_staff)


def product_or_404(shop: Visit, product_id: int) -> catalog.Detail:
    detail = catalog.product(shop.market.code, product_id)
    if detail is None:
        raise Http404
    return detail


def back_to(shop: Visit, detail: catalog.Detail, place: str) -> str:
    """The address of a place on the product's page."""
    return f"{shop.path_of(detail)}#{place}"
