"""The list of tax rates: those in force, those that come, and those that were."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from newretail.catalog.offers import api as pricing
from newretail.markets import api as markets
from newretail.markets.terms.api import GENERAL
from newretail.office.desk import Desk
from newretail.office.lists.listing import Column, Filter, Listing, Row
from newretail.office.lists.views import register
from newretail.office.offers.words import LOOKS, market_choices

STATES = {"running": _("In force"), "coming": _("Coming"), "over": _("Over")}
CLASSES = {GENERAL: _("Everything else"), "food": _("Food")}


def class_name(tax_class: str) -> str:
    return str(CLASSES.get(tax_class, tax_class))


def class_choices() -> list[tuple[str, str]]:
    return [(each, class_name(each)) for each in pricing.tax_classes()]


def per_cent(basis_points: int) -> str:
    return f"{basis_points / 100:g} %"


def _market(text: str) -> str:
    return markets.market(text).code


def _dress(desk: Desk, rows: list[Row]) -> None:
    for row in rows:
        row["state_look"] = LOOKS[row["state"]]
        row["begins"] = row["from_day"] or gettext("From the beginning")
        row["kind"] = gettext("Inside the price") if row["prices_include_tax"] else gettext("On top of the price")


TAXES = register(
    Listing(
        name="taxes",
        title=_("Taxes"),
        statement=("newretail.office.taxes", "list.sql", "rates"),
        key="key",
        key_type="text",
        columns=(
            Column(
                "tax_class",
                _("Tax class"),
                sort="text",
                link=lambda row: reverse("office-tax", args=[row["id"]]) if row["id"] else "",
                text=class_name,
            ),
            Column("market_code", _("Market"), sort="text"),
            Column("state", _("State"), "state", text=lambda value: STATES[value]),
            Column("basis_points", _("Rate"), "number", sort="bigint", text=per_cent),
            Column("begins", _("Begins")),
            Column("kind", _("How it is taken")),
        ),
        filters=(
            Filter("market", _("Market"), "listed.market_code = %(market)s", market_choices, _market),
            Filter("state", _("State"), "listed.state = %(state)s", lambda: list(STATES.items())),
            Filter("class", _("Tax class"), "listed.tax_class = %(class)s", class_choices),
        ),
        search=lambda said: ("strpos(lower(listed.tax_class), lower(%(words)s)) > 0", {"words": said}),
        search_label=_("Name of the tax class"),
        empty=_("No tax rate matches."),
        dress=_dress,
        counted=True,
    )
)
