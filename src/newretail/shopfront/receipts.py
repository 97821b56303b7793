"""An order's receipt: what was bought, the tax in it, how it was paid and what went back; to print, or as PDF."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import psycopg
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from newretail.catalog import api as catalog
from newretail.cloud import api as cloud
from newretail.kit import settings
from newretail.kit.paper import Sheet, printed
from newretail.markets import api as markets
from newretail.pay import api as pay
from newretail.pay.settlement import api as settlement
from newretail.people import api as people
from newretail.shopfront.orders import own_order
from newretail.shopfront.summary import Summary, of_order
from newretail.shopfront.visit import page
from newretail.stock import api as stock
from newretail.trade import api as trade


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a receipt says, minor units."""

    order: trade.OrderView
    market: markets.Market
    store: str
    buyer: str
    names: dict[int, str]
    summary: Summary
    parts: list[settlement.PaidPart]

    def moment(self, language: str) -> str:
        """When the order was placed, in its market's time zone."""
        return markets.moment_text(self.order.placed_at, self.market.time_zone, language)

    @property
    def paid_minor(self) -> int:
        return sum(part.paid_minor for part in self.parts)

    @property
    def refunded_minor(self) -> int:
        return sum(part.refunded_minor for part in self.parts)


def receipt_of(order: trade.OrderView, language: str = "en") -> Receipt:
    """The receipt of an order, whoever it is for. An order that kept no taxes has the market's rate inside."""
    market = markets.market(order.market_code)
    node, contact = stock.node(order.node_id), people.contact(order.order_id)
    names = catalog.sku_names([line.sku_id for line in order.lines])
    inside = settlement.nearest(settlement.tax_inside(order.total_minor, market.tax_basis_points))
    return Receipt(
        order=order,
        market=market,
        store=f"{node.node_name}, {node.city}" if node else str(order.node_id),
        buyer=contact.name if contact else "",
        names={line.sku_id: names.get(line.sku_id, ("", line.sku))[1] for line in order.lines},
        summary=of_order(order, language, inside).summary,
        parts=_parts(order),
    )


def _parts(order: trade.OrderView) -> list[settlement.PaidPart]:
    place = cloud.places(settings.DATABASE_URL.text)[order.cell]
    with psycopg.connect(place.url(settings.DATABASE_URL.text)) as connection:
        return settlement.paid_parts(connection, place.name, order.order_id)


def paid_by(chart: int) -> str:
    """How a part was paid, by the kind of account that it came from."""
    names: dict[int, str] = {
        pay.Chart.TILL_CASH: _("Cash"),
        pay.Chart.PROVIDER_CLEARING: _("Card or bank"),
        pay.Chart.WALLET: _("Wallet"),
        pay.Chart.GIFT_CARD: _("Gift card"),
        pay.Chart.POINTS: _("Points"),
    }
    return names.get(chart, _("Other"))


def as_pdf(receipt: Receipt, language: str) -> bytes:
    """The receipt to print, in the reader's language."""
    order = receipt.order

    def money(amount: int) -> str:
        return markets.format_money(amount, order.currency, language)

    facts = [
        (_("Store"), receipt.store),
        (_("Date"), receipt.moment(language)),
        (_("Order"), str(order.order_id)),
        *([(_("Name"), receipt.buyer)] if receipt.buyer else []),
    ]
    rows = [
        [
            receipt.names[line.sku_id],
            *(str(line.quantity), money(line.unit_price_minor), money(line.quantity * line.unit_price_minor)),
        ]
        for line in order.lines
    ]
    rows += [[name, "", "", money(minor)] for name, minor in rows_before(receipt)]
    rows.append([_("Total"), "", "", money(order.total_minor)])
    rows += [[name, "", "", money(minor)] for name, minor in rows_after(receipt)]
    totals = len(rows) - len(order.lines)
    sheets = [Sheet("", [_("Product"), _("Quantity"), _("Unit price"), _("Amount")], rows, totals)]
    if receipt.parts:
        paid = [[paid_by(p.chart), money(p.paid_minor), money(p.refunded_minor)] for p in receipt.parts]
        paid.append([_("Total"), money(receipt.paid_minor), money(receipt.refunded_minor)])
        sheets.append(Sheet(_("Payment"), [_("Paid by"), _("Paid"), _("Given back")], paid, totals=1))
    return printed(_("Receipt"), facts, sheets, language=language, foot="newretail", page=_("Page"))


def rows_before(receipt: Receipt) -> list[tuple[str, int]]:
    """What stands between the products and the total: discounts, delivery, tax on top."""
    told = receipt.summary
    rows = [(name or _("Discount"), -minor) for name, minor in told.discounts]
    rows += [(_("Delivery"), told.shipping_minor)] if told.shipping_minor else []
    return [*rows, *([(_("Tax"), told.tax_minor)] if told.tax_is_on_top and told.tax_minor else [])]


def rows_after(receipt: Receipt) -> list[tuple[str, int]]:
    """The tax that is in the total."""
    told = receipt.summary
    return [(_("Tax included"), told.tax_minor)] if told.tax_minor and not told.tax_is_on_top else []


@never_cache
@require_GET
def receipt(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """The receipt of the visitor's own order: a page to print, or PDF with `?as=pdf`."""
    found = receipt_of(own_order(request, order_id), get_language() or "en")
    if request.GET.get("as") == "pdf":
        content = as_pdf(found, get_language() or "en")
        name = f'attachment; filename="receipt-{order_id}.pdf"'
        return HttpResponse(content, content_type="application/pdf", headers={"Content-Disposition": name})
    before, after = rows_before(found), rows_after(found)
    return page(request, "receipt.html", receipt=found, paid_by=paid_by, before=before, after=after)
