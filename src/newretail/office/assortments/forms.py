"""The form of a change of assortments: which stores, which SKUs, and whether they begin or end."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from newretail.office.assortments.plan import Deed, Said, codes_of
from newretail.office.imports import reader
from newretail.office.products.listing import category_choices
from newretail.stock import api as stock

MOST_CODES = 20_000
MOST_LETTERS = 500_000


class ChangeForm(forms.Form):
    """SKUs by category, by codes, by a sheet, or those of another store; several together are added up."""

    deed = forms.ChoiceField(
        label=gettext_lazy("What shall change?"),
        choices=[
            (Deed.START, gettext_lazy("Sell more: these stores sell the SKUs from now on")),
            (Deed.STOP, gettext_lazy("Sell less: these stores no longer sell the SKUs")),
        ],
        initial=Deed.START,
        widget=forms.RadioSelect,
    )
    category = forms.ChoiceField(label=gettext_lazy("All of a category"), required=False)
    like = forms.ChoiceField(label=gettext_lazy("All that another store sells"), required=False)
    codes = forms.CharField(
        label=gettext_lazy("SKU codes"),
        required=False,
        max_length=MOST_LETTERS,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocomplete": "off"}),
    )
    file = forms.FileField(
        label=gettext_lazy("CSV or XLSX file"),
        required=False,
        max_length=200,
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
    )

    def __init__(self, data: Any, files: Any, nodes: Sequence[stock.NodeView], **more: Any) -> None:
        super().__init__(data, files, **more)
        others = [(node.node_code, f"{node.node_name} · {node.node_code}") for node in nodes]
        for name, choices in (("category", category_choices()), ("like", others)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", "–"), *choices]

    def clean_file(self) -> list[Said]:
        """The codes of the sheet's column `sku`, by the rows of the sheet."""
        file = self.cleaned_data["file"]
        if not file:
            return []
        if file.size > reader.LARGEST_FILE:
            raise forms.ValidationError(_("The file is larger than 20 MB. Split it into several."))
        try:
            read = reader.read(PurePath(file.name).name, file.read())
        except reader.Unreadable as error:
            raise forms.ValidationError(str(error)) from error
        if "sku" not in read.heads:
            raise forms.ValidationError(_("The sheet needs a column sku with the codes; other columns may stay."))
        place = read.heads.index("sku")
        cells = [(row, cells[place].strip() if place < len(cells) else "") for row, cells in read.rows]
        return [Said(row, code) for row, code in cells if code]

    def clean(self) -> dict[str, Any]:
        told = self.cleaned_data
        told["said"] = [*codes_of(told.get("codes") or ""), *(told.get("file") or [])]
        if len(told["said"]) > MOST_CODES:
            raise forms.ValidationError(_("These are more than 20,000 codes. Do it in several parts."))
        if not self.errors and not (told["said"] or told.get("category") or told.get("like")):
            raise forms.ValidationError(_("Say which SKUs: a category, another store, codes, or a file."))
        return told
