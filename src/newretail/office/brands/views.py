"""The pages of brands: the list, and what one is called in other languages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from newretail.catalog import api as catalog
from newretail.office.audit.trail import changes_of, note_down
from newretail.office.audit.words import differences
from newretail.office.brands.listing import BRANDS
from newretail.office.desk import EDIT_PRODUCTS, desk_of, page, require, staff_only
from newretail.office.imports import sheet
from newretail.office.lists.views import show

LONGEST_NAME = 60


class BrandForm(forms.Form):
    """What a brand is called in other languages; the brand itself is written at its products."""

    name_ko = forms.CharField(label=gettext_lazy("Name in Korean"), max_length=LONGEST_NAME, required=False)
    name_zh_hans = forms.CharField(label=gettext_lazy("Name in Chinese"), max_length=LONGEST_NAME, required=False)

    def __init__(self, data: Any, names: dict[str, str]) -> None:
        self.names = names
        super().__init__(data, initial={column: names.get(lang, "") for column, lang in sheet.NAMES.items()})

    def wanted(self) -> dict[str, str]:
        """All names; those in languages that the form does not show stay."""
        told = {lang: self.cleaned_data[column] for column, lang in sheet.NAMES.items()}
        return {lang: name for lang, name in {**self.names, **told}.items() if name}


@staff_only
@require_GET
def brands(request: HttpRequest) -> HttpResponse:
    return show(request, BRANDS)


@staff_only
@require_http_methods(["GET", "POST"])
def brand(request: HttpRequest, name: str) -> HttpResponse:
    """One brand; staff without the right see it and cannot save it."""
    if request.method == "POST":
        require(request, EDIT_PRODUCTS)
    desk, there = desk_of(request), catalog.brand_names(name.replace("\0", ""))
    if there is None:
        raise Http404
    form = BrandForm(request.POST if request.method == "POST" else None, there)
    if request.method == "POST" and form.is_valid():
        wanted = form.wanted()
        changed = [column for column, lang in sheet.NAMES.items() if there.get(lang, "") != wanted.get(lang, "")]
        if changed:
            before, after = (
                {column: side.get(sheet.NAMES[column], "") for column in changed} for side in (there, wanted)
            )
            with transaction.atomic():
                catalog.name_brand(name, wanted)
                note_down(desk.staff, "change", "brand", name, name, before, after)
        messages.success(request, _("Saved. The shop shows it now.") if changed else _("Nothing was different."))
        return redirect("office-brand", name=name)
    history = [(each, differences(each.before, each.after, desk)) for each in changes_of("brand", name)]
    context: dict[str, Any] = {"brand": name, "form": form, "history": history}
    return page(request, "brands/one.html", status=422 if form.errors else 200, desk=desk, **context)
