"""Who sits at the desk: staff only, and with the right to it for what changes something; how a page is rendered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.contrib.messages import get_messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import get_language, gettext

from newretail.kit import sentences
from newretail.markets import api as markets
from newretail.office import navigation
from newretail.people import api as people

CANCEL_ORDER, MOVE_STOCK = "office.cancel_order", "office.move_stock"
EDIT_PRODUCTS, EDIT_NODES = "office.edit_products", "office.edit_nodes"
EDIT_PRICING = "office.edit_pricing"
SEE_MEMBERS, EDIT_MEMBERS = "office.see_members", "office.edit_members"
SEE_GIFT_CARDS, HANDLE_GIFT_CARDS = "finance.see_gift_cards", "finance.handle_gift_cards"
APPROVE_GIFT_CARDS = "finance.approve_gift_cards"
SEE_CHANGES, MANAGE_STAFF = "office.see_changes", "office.manage_staff"


class Desk:
    """What office templates need: who works here, what they may do, money and times in their language."""

    def __init__(self, staff: people.Member) -> None:
        self.staff = staff
        self.markets = markets.markets()
        zones = {market.code: market.time_zone for market in self.markets}
        self.zone = zones.get(staff.market_code, "UTC")

    def may(self, right: str) -> bool:
        """Whether this person has a right; the empty right is everybody's."""
        return not right or self.staff.has_perm(right)

    @property
    def may_cancel(self) -> bool:
        return self.may(CANCEL_ORDER)

    @property
    def may_move_stock(self) -> bool:
        return self.may(MOVE_STOCK)

    @property
    def may_edit_products(self) -> bool:
        return self.may(EDIT_PRODUCTS)

    @property
    def may_edit_pricing(self) -> bool:
        return self.may(EDIT_PRICING)

    @property
    def market(self) -> str:
        """The market this person works for; the first one where theirs is none of ours."""
        codes = [market.code for market in self.markets]
        return self.staff.market_code if self.staff.market_code in codes else (codes[0] if codes else "")

    @property
    def actor(self) -> str:
        """How a change is signed in the append-only logs."""
        return f"staff {self.staff.pk}"

    def money(self, amount_minor: int, currency: str) -> str:
        return markets.format_money(amount_minor, currency, get_language() or "en")

    def said(self, text: str, currency: str = "") -> str:
        """A sentence of a room below in the reader's language, its amounts as money; other people's words as they are.

        `currency`: of the amounts; they stay in minor units without it.
        """
        sentence = sentences.read(text)
        if not isinstance(sentence, sentences.Sentence):
            return text
        told = dict(sentence.arguments)
        for name, value in told.items():
            if isinstance(value, str):
                told[name] = self.said(value, currency)
            elif name.endswith(sentences.MINOR) and currency:
                told[name] = self.money(value, currency)
        return gettext(sentence.template) % told

    def sums(self, amounts_minor: Sequence[int], currency: str) -> str:
        """Several amounts, for whoever hears a chart instead of seeing it."""
        return "; ".join(self.money(amount, currency) for amount in amounts_minor)

    def day(self, value: datetime) -> str:
        """The day of the desk, with its weekday."""
        return markets.day_text(value, self.zone, get_language() or "en")

    def time_in(self, value: datetime, zone: str) -> str:
        """The time of the day somewhere else."""
        return markets.time_text(value, zone, get_language() or "en")

    def last_day(self, end: datetime, market_code: str) -> str:
        """The last day before a moment by the clock of a market: of a card that ends, for instance."""
        return markets.last_day_text(end, markets.market(market_code).time_zone, get_language() or "en")

    def moment(self, value: datetime) -> str:
        return markets.moment_text(value, self.zone, get_language() or "en")


def staff_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Strangers sign in first; whoever is signed in and no staff gets 403. Nothing of it is kept by a cache."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not isinstance(request.user, people.Member):
            return redirect_to_login(request.get_full_path())
        if not request.user.is_staff:
            raise PermissionDenied
        response = view(request, *args, **kwargs)
        add_never_cache_headers(response)
        return response

    return guarded


def with_right(right: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """A view for staff who have a right; others get 403."""

    def guard(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @staff_only
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            require(request, right)
            return view(request, *args, **kwargs)

        return guarded

    return guard


def desk_of(request: HttpRequest) -> Desk:
    """The desk of the staff member that `staff_only` let in."""
    assert isinstance(request.user, people.Member)
    return Desk(request.user)


def require(request: HttpRequest, right: str) -> None:
    """403 for staff without the right."""
    if not isinstance(request.user, people.Member) or not request.user.has_perm(right):
        raise PermissionDenied


def page(request: HttpRequest, template: str, status: int = 200, **context: Any) -> HttpResponse:
    """Render an office page; templates see the desk as `desk` and where they are as `sections`."""
    desk = context.pop("desk", None) or desk_of(request)
    context |= {"desk": desk, "messages": get_messages(request), "sections": navigation.for_desk(desk, request.path)}
    return render(request, f"office/{template}", context, status=status)
