"""The pages of assortments: how much each store sells, one store by category, and changing one or several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from newretail.catalog import api as catalog
from newretail.office import reads
from newretail.office.assortments import work
from newretail.office.assortments.forms import ChangeForm
from newretail.office.assortments.listing import ASSORTMENTS
from newretail.office.assortments.plan import Deed, unpriced
from newretail.office.desk import EDIT_NODES, desk_of, page, staff_only, with_right
from newretail.office.lists.views import show
from newretail.office.products.listing import shelf_name
from newretail.stock import api as stock

SHOWN = 200
NUMBERS = ("on_sale", "skus", "empty", "on_hand", "reserved")


@staff_only
@require_GET
def assortments(request: HttpRequest) -> HttpResponse:
    """Every store with how much it sells; several can be ticked and changed together."""
    return show(request, ASSORTMENTS, "assortments/list.html", may_edit=desk_of(request).may(EDIT_NODES))


@staff_only
@require_GET
def one(request: HttpRequest, code: str) -> HttpResponse:
    """What one store sells, by category."""
    desk, node = desk_of(request), stock.node_by_code(code)
    if node is None:
        raise Http404
    found = reads.rows("assortments.sql", "by_category", {"node_id": node.node_id}) if reads.has_cells() else []
    totals = {key: sum(row[key] for row in found) for key in NUMBERS}
    context: dict[str, Any] = {"node": node, "totals": totals, "may_edit": desk.may(EDIT_NODES)}
    context["departments"] = _departments(found)
    return page(request, "assortments/one.html", desk=desk, **context)


def _departments(found: Sequence[reads.Row]) -> list[reads.Row]:
    """The departments in order, each with its numbers added up and its categories below."""
    by_slug = {row["slug"]: row for row in found}
    departments: list[reads.Row] = []
    for slug, (name, parent) in catalog.category_labels().items():
        row = {"slug": slug, "name": shelf_name(name), **dict.fromkeys(NUMBERS, 0), **by_slug.get(slug, {})}
        if not parent:
            departments.append({**row, "own": row, "categories": []})
        elif slug in by_slug and departments:
            departments[-1]["categories"].append(row)
            departments[-1] |= {key: departments[-1][key] + row[key] for key in NUMBERS}
    return [each for each in departments if each["on_sale"] or each["skus"]]


@with_right(EDIT_NODES)
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest) -> HttpResponse:
    """Say what shall change at the chosen stores, look at what it comes to, do it. Only what was looked at is done."""
    told = request.POST if request.method == "POST" else request.GET
    everybody = stock.all_nodes()
    ticked = set(told.getlist("node"))
    nodes = [node for node in everybody if str(node.node_id) in ticked]
    if not nodes:
        messages.error(request, _("Tick one store or several first."))
        return redirect("office-assortments")
    others = [node for node in everybody if len(nodes) > 1 or node not in nodes]
    if request.method == "GET":
        form = ChangeForm(None, None, others, initial={key: told.get(key, "") for key in ("category", "like")})
        form.initial["deed"] = Deed.STOP if told.get("deed") == Deed.STOP else Deed.START
        return _page(request, form, nodes)
    form = ChangeForm(request.POST, request.FILES, others)
    if not form.is_valid():
        return _page(request, form, nodes, status=422)
    skus, faults = work.wanted(form.cleaned_data, others)
    if faults:
        return _page(request, form, nodes, status=422, faults=faults)
    return _look_or_do(request, form, nodes, skus)


def _look_or_do(
    request: HttpRequest, form: ChangeForm, nodes: Sequence[stock.NodeView], skus: dict[int, catalog.Line]
) -> HttpResponse:
    if len(nodes) * len(skus) > stock.MAX_POOLS_AT_ONCE:
        text = _("These are more than %(most)d changes at once. Take fewer stores or fewer SKUs.")
        form.add_error(None, text % {"most": stock.MAX_POOLS_AT_ONCE})
        return _page(request, form, nodes, status=422)
    seen = work.look(Deed(form.cleaned_data["deed"]), nodes, skus)
    digest = request.POST.get("digest")
    if digest == seen.digest:
        changed, staying = work.do(desk_of(request).staff, seen, nodes, skus)
        _tell(request, seen.deed, changed, staying)
        one_only = nodes[0].node_code if len(nodes) == 1 else ""
        return redirect(reverse("office-assortment", args=[one_only]) if one_only else reverse("office-assortments"))
    if digest:
        messages.warning(request, _("Something changed in the meantime. Look at it once more."))
    return _page(request, form, nodes, seen=seen, skus=skus)


def _tell(request: HttpRequest, deed: Deed, changed: int, staying: int) -> None:
    if deed is Deed.START:
        text = ngettext("%(num)d SKU more is sold now.", "%(num)d SKUs more are sold now.", changed)
    else:
        text = ngettext("%(num)d SKU is no longer sold.", "%(num)d SKUs are no longer sold.", changed)
    messages.success(request, text % {"num": changed})
    if staying:
        text = ngettext("%(num)d is not empty and stays.", "%(num)d are not empty and stay.", staying)
        messages.warning(request, text % {"num": staying})


def _page(
    request: HttpRequest, form: ChangeForm, nodes: Sequence[stock.NodeView], status: int = 200, **more: Any
) -> HttpResponse:
    """The form; with `seen`, what it would come to, and with `faults`, what is wrong with its codes."""
    seen, skus, by_id = more.get("seen"), more.get("skus", {}), {node.node_id: node for node in nodes}
    market_of = {node.node_id: node.market_code for node in nodes}
    context = {
        "form": form,
        "nodes": nodes,
        "unpriced": unpriced(seen.pairs, market_of, skus) if seen and seen.deed is Deed.START else [],
        "seen": seen,
        "pairs": [(by_id[node_id], skus[sku_id]) for node_id, sku_id in seen.pairs[:SHOWN]] if seen else [],
        "staying": [(by_id[pool.node_id], skus[pool.sku_id], pool) for pool in seen.staying[:SHOWN]] if seen else [],
        "faults": more.get("faults", [])[:SHOWN],
        "faults_total": len(more.get("faults", [])),
        "shown": SHOWN,
        "codes": "\n".join(each.code for each in form.cleaned_data["said"]) if seen else "",
    }
    return page(request, "assortments/change.html", status=status, **context)
