"""The pages of products: the list, one product, and one change for many of them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from newretail.catalog import api as catalog
from newretail.office.audit.trail import changes_of, write_down
from newretail.office.audit.words import differences
from newretail.office.desk import EDIT_PRODUCTS, Desk, desk_of, page, require, staff_only, with_right
from newretail.office.imports.work import deed_of
from newretail.office.lists import ask as asking
from newretail.office.lists.views import show
from newretail.office.products import bulk
from newretail.office.products.forms import BulkForm, ProductForm
from newretail.office.products.listing import PRODUCTS

PREVIEW_SHOWN = 100


@staff_only
@require_GET
def products(request: HttpRequest) -> HttpResponse:
    return show(request, PRODUCTS, "products/list.html")


def _seen(lines: Sequence[catalog.Line]) -> str:
    """Changes when the lines do: a form that was filled in from older ones is not saved over newer ones."""
    return hashlib.sha256(repr(lines).encode()).hexdigest()[:32]


def _currencies(desk: Desk) -> dict[str, str]:
    return {market.code: market.currency for market in desk.markets}


@staff_only
@require_http_methods(["GET", "POST"])
def product(request: HttpRequest, product_id: int) -> HttpResponse:
    """One product with its SKUs; staff without the right see it and cannot save it."""
    desk = desk_of(request)
    if request.method == "POST":
        require(request, EDIT_PRODUCTS)
    lines = catalog.lines_of_products([product_id])
    if not lines:
        raise Http404
    form = ProductForm(request.POST if request.method == "POST" else None, lines, desk.markets)
    if request.method == "POST" and form.is_valid():
        if request.POST.get("seen") != _seen(lines):
            form.add_error(None, _("Somebody changed this product in the meantime. Look at it again, then save."))
        elif _save(request, form, desk) is not None:
            return redirect("office-product", product_id=product_id)
    history = [
        (change, differences(change.before, change.after, desk))
        for line in lines
        for change in changes_of("sku", line.sku_code)
    ]
    context = {"lines": lines, "product_id": product_id, "history": history, "seen": _seen(lines), "form": form}
    return page(request, "products/one.html", status=422 if form.errors else 200, desk=desk, **context)


@with_right(EDIT_PRODUCTS)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    desk = desk_of(request)
    form = ProductForm(request.POST if request.method == "POST" else None, [], desk.markets)
    if request.method == "POST" and form.is_valid():
        product_id = _save(request, form, desk)
        if product_id is not None:
            return redirect("office-product", product_id=product_id)
    context: dict[str, Any] = {"lines": [], "product_id": None, "history": [], "seen": "", "form": form}
    return page(request, "products/one.html", status=422 if form.errors else 200, desk=desk, **context)


def _save(request: HttpRequest, form: ProductForm, desk: Desk) -> int | None:
    """Save the form's lines and write them down; the product's number, or None with the fault in the form."""
    wanted = form.wanted()
    try:
        with transaction.atomic():
            edits = catalog.change_lines(wanted, _currencies(desk))
            write_down(desk.staff, [deed_of(edit) for edit in edits])
    except catalog.Unsound as error:
        form.add_error(None, str(error))
        return None
    except IntegrityError:  # the same code or the same new number at the same moment
        form.add_error(None, _("Somebody else saved at the same moment. Save once more."))
        return None
    messages.success(request, _("Saved. The shop shows it now.") if edits else _("Nothing was different."))
    return edits[0].product_id if edits else wanted[0].product_id


def _chosen(request: HttpRequest, desk: Desk) -> list[catalog.Line]:
    """The lines that were ticked, or all that the filters of the list find."""
    if request.POST.get("everything"):
        ask = asking.read(PRODUCTS, QueryDict(request.POST.get("query", "")), desk)
        return catalog.lines_of_skus(asking.keys(ask, bulk.MOST_AT_ONCE))
    ticked = [int(text) for text in request.POST.getlist("sku") if text.isascii() and text.isdigit() and len(text) < 10]
    return catalog.lines_of_skus(ticked)


def _wish(form: BulkForm) -> bulk.Wish:
    told = form.cleaned_data
    percent = told.get("percent")
    return bulk.Wish(
        market=told["market"] if percent else "",
        percent=percent or Decimal(0),
        step_minor=told["step_minor"],
        category=told["category"],
        is_sold={"yes": True, "no": False}.get(told["sold"]),
    )


@with_right(EDIT_PRODUCTS)
@require_POST
def change_many(request: HttpRequest) -> HttpResponse:
    """Choose what shall change, look at what that comes to, do it. Only what was looked at is done."""
    desk = desk_of(request)
    lines = _chosen(request, desk)
    if not lines:
        messages.error(request, _("Tick some products first, or take all that the list finds."))
        return redirect("office-products")
    step = request.POST.get("step_of", "choose")
    form = BulkForm(request.POST if step != "choose" else None, desk.markets, desk.market)
    seen = None
    if step != "choose" and form.is_valid():
        if step == "do" and (done := _do(request, form, desk)) is not None:
            return done
        seen = bulk.preview(lines, _wish(form))
    edits = seen.edits[:PREVIEW_SHOWN] if seen else []
    return page(
        request,
        "products/bulk.html",
        status=422 if form.errors else 200,
        desk=desk,
        form=form,
        count=len(lines),
        ticked=[] if request.POST.get("everything") else [line.sku_id for line in lines],
        query=request.POST.get("query", ""),
        everything=bool(request.POST.get("everything")),
        seen=seen,
        shown=[(edit, differences(edit.before, edit.after, desk)) for edit in edits],
    )


def _do(request: HttpRequest, form: BulkForm, desk: Desk) -> HttpResponse | None:
    """Change everything in one transaction; None where it would not come to what was looked at any more."""
    with transaction.atomic():
        now = bulk.preview(_chosen(request, desk), _wish(form))
        if now.digest != request.POST.get("digest"):
            messages.warning(request, _("Something changed in the meantime. Look at it again."))
            return None
        edits = catalog.change_lines(now.wanted, _currencies(desk))
        write_down(desk.staff, [deed_of(edit, _("Changed together")) for edit in edits])
    text = ngettext("%(num)d product is changed.", "%(num)d products are changed.", len(edits))
    messages.success(request, text % {"num": len(edits)})
    return redirect("office-products")
