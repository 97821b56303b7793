"""The pages of nodes: the list, and the form of one."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from newretail.office.audit.trail import changes_of, note_down
from newretail.office.audit.words import differences
from newretail.office.desk import EDIT_NODES, desk_of, page, require, staff_only
from newretail.office.imports import sheet
from newretail.office.lists.views import show
from newretail.office.nodes.listing import KINDS, NODES
from newretail.stock import api as stock

NAMED = {"name": "names", "city": "city_names"}  # what has names in other languages, and the column that holds them
LANGUAGES = [
    ((part, column.removeprefix("name_")), language) for part in NAMED for column, language in sheet.NAMES.items()
]


class NodeForm(forms.Form):
    """What may change of a node; its code, cell and market stay."""

    name = forms.CharField(label=gettext_lazy("Store name"), max_length=120)
    name_ko = forms.CharField(label=gettext_lazy("Store name in Korean"), max_length=120, required=False)
    name_zh_hans = forms.CharField(label=gettext_lazy("Store name in Chinese"), max_length=120, required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=list(KINDS.items()))
    city = forms.CharField(label=gettext_lazy("City"), max_length=120)
    city_ko = forms.CharField(label=gettext_lazy("City in Korean"), max_length=120, required=False)
    city_zh_hans = forms.CharField(label=gettext_lazy("City in Chinese"), max_length=120, required=False)
    address = forms.CharField(label=gettext_lazy("Address"), max_length=240, required=False)
    opening = forms.CharField(label=gettext_lazy("Opening hours"), max_length=240, required=False)
    latitude = forms.DecimalField(
        label=gettext_lazy("Latitude"), min_value=Decimal(-90), max_value=Decimal(90), max_digits=9, decimal_places=6
    )
    longitude = forms.DecimalField(
        label=gettext_lazy("Longitude"), min_value=Decimal(-180), max_value=Decimal(180), max_digits=9, decimal_places=6
    )

    def __init__(self, data: Any, there: Mapping[str, Any]) -> None:
        self.there = there
        named = {key: there[NAMED[key[0]]].get(language, "") for key, language in LANGUAGES}
        super().__init__(data, initial={**there, **{"_".join(key): text for key, text in named.items()}})

    def wanted(self) -> dict[str, Any]:
        """The fields of the node; names in languages that the form does not show stay as they are."""
        told = dict(self.cleaned_data)
        for part, column in NAMED.items():
            said = {language: told.pop("_".join(key)) for key, language in LANGUAGES if key[0] == part}
            told[column] = {language: text for language, text in {**self.there[column], **said}.items() if text}
        return told


@staff_only
@require_GET
def nodes(request: HttpRequest) -> HttpResponse:
    return show(request, NODES)


@staff_only
@require_http_methods(["GET", "POST"])
def node(request: HttpRequest, code: str) -> HttpResponse:
    """One node; staff without the right see it and cannot save it."""
    desk, found, told = desk_of(request), stock.node_by_code(code), stock.node_details(code)
    if found is None or told is None:
        raise Http404
    form = NodeForm(request.POST if request.method == "POST" else None, told)
    if request.method == "POST":
        require(request, EDIT_NODES)
        if form.is_valid():
            with transaction.atomic():
                before, after = stock.change_node(code, form.wanted())
                if after:
                    note_down(desk.staff, "change", "node", code, form.cleaned_data["name"], before, after)
            messages.success(request, _("Saved. The shop shows it now.") if after else _("Nothing was different."))
            return redirect("office-node", code=code)
    history = [(each, differences(each.before, each.after, desk)) for each in changes_of("node", code)]
    context = {"node": found, "form": form, "history": history, "may_edit": desk.may(EDIT_NODES)}
    return page(request, "nodes/one.html", status=422 if form.errors else 200, desk=desk, **context)
