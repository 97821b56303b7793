"""The pages of imports: send a sheet, see what it would do and what is wrong with it, publish it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from newretail.office.desk import EDIT_PRICING, EDIT_PRODUCTS, desk_of, require, staff_only, with_right
from newretail.office.desk import page as office_page
from newretail.office.imports import reader, sheet, work
from newretail.office.imports.listing import IMPORTS, STATES
from newretail.office.lists import sheets
from newretail.office.lists.views import show
from newretail.office.models import Import

FAULTS_SHOWN = 200
CHANGES_SHOWN = 100
WORKING = (Import.State.CHECKING, Import.State.PUBLISHING)


class SheetForm(forms.Form):
    """A file to import."""

    file = forms.FileField(
        label=gettext_lazy("CSV or XLSX file"),
        max_length=200,
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > reader.LARGEST_FILE:
            raise forms.ValidationError(_("The file is larger than 20 MB. Split it into several."))
        return file


@with_right(EDIT_PRODUCTS)
@require_http_methods(["GET", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """Send a sheet; below, those that were sent."""
    form = SheetForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        made = work.take(desk_of(request).staff, PurePath(file.name).name, file.read())
        return redirect("office-import", import_id=made.pk)
    heads = sheet.heads([market.code for market in desk_of(request).markets])
    return show(request, IMPORTS, "imports/list.html", form=form, columns=heads)


@with_right(EDIT_PRODUCTS)
@require_GET
def template(request: HttpRequest) -> HttpResponse:
    """An empty sheet with the right heads."""
    heads = sheet.heads([market.code for market in desk_of(request).markets])
    return sheets.answer("csv" if request.GET.get("format") == "csv" else "xlsx", "products-template", heads, [])


def _record(request: HttpRequest, import_id: int, *only: str) -> Import:
    """An import that this person may work on: of products, or of prices of a list."""
    found = Import.objects.only(*only, "price_list_id") if only else Import.objects.all()
    record = get_object_or_404(found, pk=import_id)
    require(request, EDIT_PRODUCTS if record.price_list_id is None else EDIT_PRICING)
    return record


@staff_only
@require_GET
def one(request: HttpRequest, import_id: int) -> HttpResponse:
    record = _record(request, import_id)
    return office_page(
        request,
        "imports/one.html",
        record=record,
        state=STATES[record.state],
        faults=record.faults[:FAULTS_SHOWN],
        faults_shown=FAULTS_SHOWN,
        is_working=record.state in WORKING,
        is_stuck=work.is_stuck(record),
    )


@staff_only
@require_GET
def progress(request: HttpRequest, import_id: int) -> HttpResponse:
    """How far it is, for the page that waits."""
    record = _record(request, import_id, "state", "rows_done", "rows_total")
    working = record.state in WORKING
    return JsonResponse({"working": working, "done": record.rows_done, "total": record.rows_total})


@staff_only
@require_POST
def again(request: HttpRequest, import_id: int) -> HttpResponse:
    """Check the same file against the catalogue as it is now."""
    record = _record(request, import_id, "state", "state_at")
    if record.state not in WORKING or work.is_stuck(record):
        Import.objects.filter(pk=import_id).update(state=Import.State.CHECKING, rows_done=0)
        work.begin(import_id, work.examine)
    return redirect("office-import", import_id=import_id)


@staff_only
@require_POST
def publish(request: HttpRequest, import_id: int) -> HttpResponse:
    staff = desk_of(request).staff
    _record(request, import_id, "pk")
    if work.may_publish(import_id):
        work.begin(import_id, lambda number: work.publish(number, staff))
    else:
        messages.error(request, _("This import cannot be published as it is now."))
    return redirect("office-import", import_id=import_id)


@staff_only
@require_GET
def faults(request: HttpRequest, import_id: int) -> HttpResponse:
    """The sheet as it was sent, with a column that says what is wrong with each row."""
    record = _record(request, import_id)
    content = bytes(record.sheet)
    try:
        read = reader.read(record.file_name, content)
    except reader.Unreadable as error:
        messages.error(request, str(error))
        return redirect("office-import", import_id=import_id)
    form = "xlsx" if content[:4] == b"PK\x03\x04" else "csv"
    name = f"{PurePath(record.file_name).stem[:80] or 'sheet'}-errors"
    heads = [head for head in read.heads if head != sheet.ERROR_COLUMN]
    return sheets.answer(form, name, [*heads, sheet.ERROR_COLUMN], _with_faults(read, record.faults))


def _with_faults(read: reader.Sheet, faults: list[list[Any]]) -> Iterator[list[str]]:
    """The rows with what is wrong with them; what is wrong with the heads stands in the first row."""
    first = read.rows[0][0] if read.rows else 0
    texts: dict[int, list[str]] = {}
    for row, column, _value, text in faults:
        texts.setdefault(max(row, first), []).append(f"{column}: {text}" if column else text)
    kept = [place for place, head in enumerate(read.heads) if head != sheet.ERROR_COLUMN]
    for number, cells in read.rows:
        yield [*(cells[place] if place < len(cells) else "" for place in kept), " · ".join(texts.get(number, []))]
