"""The form of a price list."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from newretail.catalog.offers import api as pricing
from newretail.markets import api as markets
from newretail.office.offers.forms import PeriodForm
from newretail.stock import api as stock


class PriceListForm(PeriodForm):
    """A price list without its prices. `nodes`: of all markets, by code."""

    name = forms.CharField(label=gettext_lazy("Name of the list"), max_length=80)
    priority = forms.IntegerField(label=gettext_lazy("Priority"), min_value=-1000, max_value=1000)
    stores = forms.CharField(label=gettext_lazy("Store codes"), required=False, max_length=4000)

    def __init__(
        self,
        data: Any,
        of: Sequence[markets.Market],
        there: pricing.ListSheet | None,
        lists: Sequence[pricing.ListSheet],
        nodes: Mapping[str, stock.NodeView],
        market: str,
    ) -> None:
        self.lists, self.nodes = lists, nodes
        codes = {node.node_id: code for code, node in nodes.items()}
        told: dict[str, Any] = {"market": market, "priority": 0}
        if there is not None:
            stores = ", ".join(codes.get(node_id, str(node_id)) for node_id in there.node_ids)
            told |= {"priority": there.priority, "stores": stores}
        super().__init__(data, of, there, told)

    def clean(self) -> dict[str, Any]:
        told = super().clean()
        if self.of is None:
            return told
        same = {each.name for each in self.lists if each.market_code == self.of.code and each is not self.there}
        if told.get("name") in same:
            self.add_error("name", _("There is a price list with this name in this market."))
        wanted = [code for code in re.split(r"[\s,;]+", told.get("stores") or "") if code]
        strange = [code for code in wanted if code not in self.nodes or self.nodes[code].market_code != self.of.code]
        if strange:
            text = _("This market has no store with the code %(codes)s.") % {"codes": ", ".join(strange[:5])}
            self.add_error("stores", text)
        else:
            told["node_ids"] = tuple(sorted({self.nodes[code].node_id for code in wanted}))
        return told

    def wanted(self) -> pricing.ListSheet:
        """The list as the form wants it."""
        told, market = self.cleaned_data, self.of
        assert market is not None
        start = self.there or pricing.ListSheet(market.code, "")
        kept = ("name", "priority", "channel", "node_ids", "starts_at", "until", "is_on")
        return replace(start, **{name: told[name] for name in kept})
