"""The list of brands with their names in other languages."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from newretail.office.lists.listing import Column, Filter, Listing
from newretail.office.lists.views import register

NAMED = {"yes": _("Named in every language"), "no": _("A name is missing")}

BRANDS = register(
    Listing(
        name="brands",
        title=_("Brands"),
        statement=("newretail.office.brands", "list.sql", "brands"),
        key="brand",
        key_type="text",
        columns=(
            Column("brand", _("Brand"), sort="text", link=lambda row: reverse("office-brand", args=[row["brand"]])),
            Column("products", _("Products"), "number", sort="bigint"),
            Column("name_ko", _("Name in Korean"), sort="text"),
            Column("name_zh_hans", _("Name in Chinese"), sort="text"),
        ),
        filters=(
            Filter(
                "named",
                _("Names"),
                "(listed.name_ko <> '' AND listed.name_zh_hans <> '') = (%(named)s = 'yes')",
                lambda: list(NAMED.items()),
            ),
        ),
        order="-products",
        search=lambda said: (
            "strpos(lower(listed.brand || ' ' || listed.all_names), lower(%(words)s)) > 0",
            {"words": said},
        ),
        search_label=_("Brand, in any language"),
        empty=_("No brand matches."),
        counted=True,
    )
)
