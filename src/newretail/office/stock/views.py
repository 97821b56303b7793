"""The stock's pages: what lies at a node, what needs a person, receiving and counting."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from newretail.catalog import api as catalog
from newretail.office import reads
from newretail.office.audit.trail import note_down
from newretail.office.desk import MOVE_STOCK, desk_of, page, require, staff_only
from newretail.office.lists.views import show
from newretail.office.stock.listing import STOCK, named
from newretail.stock import api as stock

WORKLIST_SIZE = 200


class MoveForm(forms.Form):
    """Goods received, or goods counted, at one node."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What happened?"),
        choices=[("receive", gettext_lazy("Goods came in")), ("count", gettext_lazy("I counted them"))],
        initial="receive",
        widget=forms.RadioSelect,
    )
    quantity = forms.IntegerField(
        label=gettext_lazy("Units"),
        min_value=0,
        max_value=1_000_000,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    reason = forms.CharField(label=gettext_lazy("Reason or delivery note"), max_length=240)

    def clean_quantity(self) -> int:
        quantity: int = self.cleaned_data["quantity"]
        if quantity == 0 and self.cleaned_data.get("kind") == "receive":
            raise forms.ValidationError(_("Write how many units came in: 1 or more."))
        return quantity


@staff_only
@require_GET
def pools(request: HttpRequest) -> HttpResponse:
    """What lies at one store, by SKU; words search the catalogue, or name a SKU by its code."""
    return show(request, STOCK)


@staff_only
@require_GET
def worklist(request: HttpRequest) -> HttpResponse:
    found = reads.short_pools(WORKLIST_SIZE) if reads.has_cells() else []
    return page(request, "worklist.html", pools=named(found), shown=WORKLIST_SIZE)


@staff_only
@require_http_methods(["GET", "POST"])
def pool(request: HttpRequest, node_code: str, sku_code: str) -> HttpResponse:
    """One SKU at one node: its figures, and a form to receive or count it."""
    node = stock.node_by_code(node_code)
    sku_id = catalog.sku_id(sku_code)
    if node is None or sku_id is None:
        raise Http404
    form = MoveForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        require(request, MOVE_STOCK)
        if form.is_valid() and _move(request, form, node_code, sku_code):
            return redirect("office-pool", node_code=node_code, sku_code=sku_code)
    found = named(reads.pools(node.node_id, 1, sku_ids=[sku_id]))
    name = catalog.sku_names({sku_id})[sku_id][1]
    context = {"node": node, "sku_code": sku_code, "name": name, "pool": found[0] if found else None, "form": form}
    return page(request, "pool.html", status=422 if form.errors else 200, **context)


def _move(request: HttpRequest, form: MoveForm, node_code: str, sku_code: str) -> bool:
    kind = form.cleaned_data["kind"]
    move = stock.receive if kind == "receive" else stock.count
    desk, reason = desk_of(request), form.cleaned_data["reason"]
    try:
        state = move(node_code, sku_code, form.cleaned_data["quantity"], actor=desk.actor, reason=reason)
    except ValueError as error:
        form.add_error("quantity", str(error))
        return False
    place = f"{node_code}/{sku_code}"
    note_down(desk.staff, kind, "pool", place, place, after={"on_hand": state.on_hand}, note=reason)
    if state.short:
        messages.warning(request, _("Noted. More is promised than is there: the pool is on the worklist."))
    else:
        messages.success(request, _("Noted. On hand: %(units)d.") % {"units": state.on_hand})
    return True
