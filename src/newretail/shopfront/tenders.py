"""How a buyer pays: the one place where tenders are chosen, for a whole cart and for an order that still lacks money.

What lies with us is taken first (gift cards, points, wallet, in this order), for one delivery after the other; the rest
is paid one way: by card, bank transfer, or when the goods are handed over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from newretail.kit.signing import secret_key
from newretail.markets import api as markets
from newretail.pay import api as pay
from newretail.people import api as people
from newretail.shopfront.models import MemberCart
from newretail.shopfront.visit import Visit, visit_of
from newretail.trade import api as trade

CARDS_KEY = "gift_cards"  # numbers of the gift cards that are to be used, in the session
MAX_CARDS = 4
AT_THE_DOOR = "on_delivery"
Funds = dict[str, dict[pay.Holder, int]]  # what can be spent, by cell


@dataclass(frozen=True, slots=True)
class Way:
    """A way to pay what does not lie with us. `tender` and `provider` as trade knows them."""

    key: str
    label: Any
    hint: Any
    tender: str
    provider: str | None = None

    def request(self, amount_minor: int | None = None) -> trade.TenderRequest:
        return trade.TenderRequest(self.tender, amount_minor, provider=self.provider)


@dataclass(frozen=True, slots=True)
class Bill:
    """What is to be paid of one order, and the cell that it lies in."""

    number: int
    total_minor: int
    cell: str


@dataclass(frozen=True, slots=True)
class Wish:
    """What the buyer chose: cards by number, so many points, the wallet or not, and a way for the rest."""

    cards: tuple[int, ...] = ()
    points: int = 0
    wallet: bool = False


@dataclass(slots=True)
class Plan:
    """Who pays what, by number of the bill. `shares`: (tender, whose, amount); `rest`: what is left of it."""

    shares: dict[int, list[tuple[pay.Holder, int]]] = field(default_factory=dict)
    rest: dict[int, int] = field(default_factory=dict)

    @property
    def rest_minor(self) -> int:
        return sum(self.rest.values())

    def taken_minor(self, holder: pay.Holder) -> int:
        return sum(amount for share in self.shares.values() for whose, amount in share if whose == holder)

    def tenders(self, number: int, way: Way | None) -> list[trade.TenderRequest] | None:
        """What is asked of trade for one order; the last tender pays the rest, whatever it is. None: nothing to pay."""
        found = [_request(holder, amount) for holder, amount in self.shares.get(number, [])]
        if self.rest.get(number) and way is not None:
            found.append(way.request())
        elif found:
            found[-1].amount_minor = None
        return found or None


def _request(holder: pay.Holder, amount: int) -> trade.TenderRequest:
    tender, owner = holder
    code = pay.card_code(secret_key(), owner) if tender == pay.Tender.GIFT_CARD else None
    return trade.TenderRequest(tender.name.lower(), amount, account=code)


def plan(bills: Sequence[Bill], wish: Wish, buyer_id: int, funds: Funds) -> Plan:
    """Share what lies with us out over the bills, never more than there is. Pure."""
    left = {cell: dict(there) for cell, there in funds.items()}
    limits: dict[pay.Holder, int] = {(pay.Tender.GIFT_CARD, number): pay.MAX_AMOUNT_MINOR for number in wish.cards}
    limits[pay.Tender.POINTS, buyer_id] = wish.points
    limits[pay.Tender.WALLET, buyer_id] = pay.MAX_AMOUNT_MINOR if wish.wallet else 0
    made = Plan()
    for bill in bills:
        rest, share = bill.total_minor, []
        for holder in limits:
            there = left.get(bill.cell, {})
            amount = min(rest, limits[holder], there.get(holder, 0))
            if amount > 0:
                there[holder] -= amount
                limits[holder] -= amount
                rest -= amount
                share.append((holder, amount))
        made.shares[bill.number], made.rest[bill.number] = share, rest
    return made


def ways(market: markets.Market) -> list[Way]:
    """The ways of paying from outside that are set up here, for a market."""
    there = pay.providers_for(market.currency)
    found = []
    card = next((name for name in ("stripe", pay.DEMO_BANK) if name in there), None)
    if card is not None:
        hint = _("You pay on the page of the bank, and come back here.")
        found.append(Way("card", _("Card"), hint, "card", card))
    if "alipay" in there:
        found.append(
            Way("alipay", _("Alipay"), _("You pay on the page of Alipay, and come back here."), "card", "alipay")
        )
    if pay.DEMO_BANK in there:
        held = ngettext(
            "Your goods are held for %(num)d minute until the money is there.",
            "Your goods are held for %(num)d minutes until the money is there.",
            market.unpaid_minutes,
        )
        told = held % {"num": market.unpaid_minutes}
        found.append(Way("bank", _("Bank transfer"), told, "bank", pay.DEMO_BANK))
    hint = _("In cash or by card, at the door or at the store.")
    return [*found, Way(AT_THE_DOOR, _("When you get your goods"), hint, "on_delivery")]


def ways_to_top_up(market: markets.Market) -> list[Way]:
    """The ways of adding money to a wallet: those of paying from outside, but no door to pay at."""
    hint = ngettext(
        "The money has to be there within %(num)d minute; what comes later goes back to you.",
        "The money has to be there within %(num)d minutes; what comes later goes back to you.",
        market.unpaid_minutes,
    )
    found = [way for way in ways(market) if way.provider]
    return [replace(way, hint=hint % {"num": market.unpaid_minutes}) if way.tender == "bank" else way for way in found]


def cards_of(request: HttpRequest) -> list[int]:
    """The gift cards that the visitor put in, by number."""
    kept = request.session.get(CARDS_KEY, [])
    return [number for number in kept if isinstance(number, int)][:MAX_CARDS]


def funds_of(shop: Visit, nodes: Sequence[str], cards: Sequence[int]) -> tuple[dict[str, str], Funds]:
    """The cell of each node, and what the buyer and these cards have there. Nothing while nobody can tell."""
    holders: list[pay.Holder] = [(pay.Tender.GIFT_CARD, number) for number in cards]
    if shop.member is not None:
        holders += [(pay.Tender.WALLET, shop.member.pk), (pay.Tender.POINTS, shop.member.pk)]
    cells: dict[str, str] = {}
    found: Funds = {}
    for node in dict.fromkeys(nodes):
        try:
            cell, there = trade.funds(node, holders)
        except (trade.DatabaseAway, trade.UnknownCell):
            continue  # nobody can tell just now; placing the order asks again
        cells[node] = cell
        found[cell] = {holder: one.free_minor for holder, one in there.items()}
    return cells, found


class PayForm(forms.Form):
    """The choice. It needs to know what is to be paid (`bills`) and what the buyer has (`funds`)."""

    pay_card = forms.CharField(
        label=_("Gift card"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    pay_points = forms.IntegerField(
        label=_("Points"),
        required=False,
        min_value=0,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    pay_wallet = forms.BooleanField(label=_("Wallet"), required=False)
    pay_with = forms.ChoiceField(label=_("How do you pay?"), required=False, widget=forms.RadioSelect)

    def __init__(
        self,
        data: Any = None,
        *,
        shop: Visit,
        bills: Sequence[Bill],
        funds: Funds,
        initial: dict[str, Any] | None = None,
        cards: Sequence[int] = (),
        but: Sequence[str] = (),
    ) -> None:
        """`but`: ways that are not offered this time."""
        self.ways = {way.key: way for way in ways(shop.market) if way.key not in but}
        self.shop, self.bills, self.funds, self.cards = shop, list(bills), funds, list(cards)
        self.buyer_id = shop.buyer.pk if shop.buyer else 0
        first = AT_THE_DOOR if AT_THE_DOOR in self.ways else next(iter(self.ways), "")
        known = {name: value for name, value in (initial or {}).items() if name.startswith("pay_")}
        if known.get("pay_with") not in self.ways:
            known["pay_with"] = first
        super().__init__(data, initial=known, auto_id="id_%s")
        choice = self.fields["pay_with"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [(way.key, way.label) for way in self.ways.values()]
        if data is not None and "pay_with" not in data:  # a form of a channel that knows of one way only
            self.data = {**data.dict(), "pay_with": first}

    def has(self, tender: pay.Tender, owner: int | None = None) -> int:
        """What can be spent of an account, in all cells that this cart is bought from."""
        holder = (tender, self.buyer_id if owner is None else owner)
        return sum(there.get(holder, 0) for there in self.funds.values())

    def holds(self, tender: pay.Tender) -> bool:
        """Whether the buyer has such an account at all."""
        return any((tender, self.buyer_id) in there for there in self.funds.values())

    def clean_pay_points(self) -> int:
        wanted, there = self.cleaned_data.get("pay_points") or 0, self.has(pay.Tender.POINTS)
        if wanted > there:
            raise forms.ValidationError(_("You have %(points)s points. Use fewer."), params={"points": there})
        return wanted

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.plan.rest_minor and cleaned.get("pay_with") not in self.ways and "pay_with" not in self.errors:
            self.add_error("pay_with", _("Choose how you pay the rest."))
        return cleaned

    def _said(self, name: str) -> Any:
        return self.data.get(name) if self.is_bound else self.initial.get(name)

    @property
    def wish(self) -> Wish:
        """The choice as far as it makes sense, also while the form has faults."""
        points = str(self._said("pay_points") or "0")
        number = int(points) if points.isascii() and points.isdigit() and len(points) < 15 else 0
        return Wish(tuple(self.cards), number, bool(self._said("pay_wallet")))

    @property
    def plan(self) -> Plan:
        return plan(self.bills, self.wish, self.buyer_id, self.funds)

    @property
    def way(self) -> Way | None:
        """What pays the rest."""
        return self.ways.get(str(self._said("pay_with") or ""))

    @property
    def total_minor(self) -> int:
        return sum(bill.total_minor for bill in self.bills)

    @property
    def wallet_would_pay(self) -> int:
        """What the wallet pays when it is ticked, after gift cards and points."""
        wish = self.wish
        made = plan(self.bills, Wish(wish.cards, wish.points, True), self.buyer_id, self.funds)
        return made.taken_minor((pay.Tender.WALLET, self.buyer_id))

    @property
    def taken(self) -> list[tuple[pay.Tender, int, int]]:
        """(tender, whose, amount) of what lies with us and is used."""
        made = self.plan
        holders = dict.fromkeys(holder for share in made.shares.values() for holder, _ in share)
        return [(*holder, made.taken_minor(holder)) for holder in holders]


def put_card(request: HttpRequest, node: str | None, code: str) -> str:
    """Take a gift card into account; why not, or nothing. Who tries many wrong codes has to wait."""
    shop = visit_of(request)
    who = str(shop.buyer.pk) if shop.buyer else request.session.session_key or ""
    gate = people.card_gate(who, request.META.get("REMOTE_ADDR", ""))
    if not gate.is_open():
        return str(_("Too many codes that are none. Wait ten minutes, then try again."))
    number, cards = pay.card_number(secret_key(), code), cards_of(request)
    if number is None:
        gate.note()
        return str(_("This is no code of a gift card of ours. It has 16 letters and digits: check them and try again."))
    if number in cards:
        return ""
    if len(cards) >= MAX_CARDS:
        return str(_("You can use four gift cards for one order. Take another one out first."))
    holder = (pay.Tender.GIFT_CARD, number)
    try:
        there = trade.funds(node or "", [holder])[1].get(holder)
    except (trade.DatabaseAway, trade.UnknownCell):
        return str(_("Nobody can look at the gift card just now. Try again in a few seconds."))
    if there is None:
        gate.note()
        return str(_("This gift card is not good in this market."))
    if not there.is_good:
        return str(_("This gift card is blocked. Write to us, and we look into it."))
    if there.is_over(datetime.now(UTC)):
        assert there.expires_at is not None
        told = _("The time of this gift card was over on %(day)s: it cannot pay any more.")
        return told % {"day": shop.last_day(there.expires_at)}
    if there.free_minor <= 0:
        return str(_("Nothing is left on this gift card."))
    request.session[CARDS_KEY] = [*cards, number]
    return ""


def drop_card(request: HttpRequest, place: str) -> None:
    """Use a gift card no more, by its place in the list."""
    cards = cards_of(request)
    if place.isascii() and place.isdigit() and int(place) < len(cards):
        del cards[int(place)]
        request.session[CARDS_KEY] = cards


def card_name(number: int) -> str:
    """A gift card as its owner knows it again, and nobody else can use it."""
    return f"•••• {pay.card_code(secret_key(), number)[-4:]}"


def tender_choice(form: PayForm) -> dict[str, Any]:
    """What `checkout/payment.html` and `checkout/to_pay.html` show."""
    return {
        "pay": form,
        "plan": form.plan,
        "tenders": pay.Tender,
        "tender_label": tender_label,
        "card_names": [(number, card_name(number), form.has(pay.Tender.GIFT_CARD, number)) for number in form.cards],
        "points": form.has(pay.Tender.POINTS),
        "wallet": form.has(pay.Tender.WALLET),
    }


_LABELS: dict[str, Any] = {
    "wallet": _("Wallet"),
    "gift_card": _("Gift card"),
    "points": _("Points"),
    "card": _("Card"),
    "bank": _("Bank transfer"),
    "cash": _("Cash"),
    "till_card": _("Card at the till"),
    "on_delivery": _("When you get your goods"),
}


def tender_label(tender: pay.Tender, provider: str = "") -> str:
    """A way of paying in the reader's words."""
    return str(_("Alipay")) if provider == "alipay" else str(_LABELS[tender.name.lower()])


def last_way(member: people.Member) -> str:
    """How a member paid the rest the last time; empty when nobody knows."""
    return MemberCart.objects.filter(pk=member.pk).values_list("pays_with", flat=True).first() or ""


def remember_way(member: people.Member, way: str) -> None:
    MemberCart.objects.update_or_create(pk=member.pk, defaults={"pays_with": way})


def demo_code(shop: Visit, node: str | None) -> str:
    """The code of the gift card that a demo market gives to whoever tries it; empty everywhere else."""
    if pay.DEMO_BANK not in pay.configured() or not node:
        return ""
    holder = (pay.Tender.GIFT_CARD, pay.DEMO_CARD)
    try:
        there = trade.funds(node, [holder])[1].get(holder)
    except (trade.DatabaseAway, trade.UnknownCell):
        return ""
    return pay.card_code(secret_key(), pay.DEMO_CARD) if there is not None and there.free_minor > 0 else ""
