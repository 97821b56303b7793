"""Settings: markets, limits, payment providers; and what the environment sets."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django import forms
from django.conf import settings as django_settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from newretail.catalog.voices import api as voices
from newretail.kit import settings
from newretail.markets import api as markets
from newretail.markets.terms.api import LONGEST_UNPAID_MINUTES, MOST_GIFT_CARD_MONTHS, SHORTEST_UNPAID_MINUTES
from newretail.office import reads
from newretail.office.audit.trail import changes_of, note_down
from newretail.office.audit.words import differences
from newretail.office.desk import MANAGE_STAFF, desk_of, page, with_right
from newretail.office.finance.reads import places
from newretail.pay import api as pay

# What must not be shown: whoever has one of these can act as the market.
SECRET = {
    settings.SECRET_KEY.name,
    settings.STRIPE_SECRET_KEY.name,
    settings.STRIPE_WEBHOOK_SECRET.name,
}
BATCHES_LOOKED_AT = 50_000


@dataclass(frozen=True, slots=True)
class InForce:
    """A setting as it is now."""

    name: str
    value: str
    is_set: bool  # by the environment; else it is the default
    purpose: str


def shown(name: str, text: str) -> str:
    """A value without what must stay secret: keys are not shown, addresses without their password."""
    if name in SECRET:
        return _("hidden") if text else ""
    parts = urlsplit(text) if "://" in text else None
    if parts is not None and parts.password is not None:
        host = parts.netloc.rpartition("@")[2]
        return urlunsplit(parts._replace(netloc=f"{parts.username or ''}:•••@{host}"))
    return text


def in_force() -> list[InForce]:
    return [InForce(s.name, shown(s.name, s.text), s.name in os.environ, s.purpose) for s in settings.ALL]


@dataclass(frozen=True, slots=True)
class ProviderState:
    """How a payment provider does, as far as the tables say."""

    name: str
    is_configured: bool
    heard_at: datetime | None
    waiting: int
    failing: int
    next_at: datetime | None
    error: str
    compared_at: datetime | None
    open_count: int


def providers() -> list[ProviderState]:
    """Every provider that is set up or was ever compared with."""
    ready = reads.has_cells()

    def by_provider(name: str, **values: Any) -> dict[str, reads.Row]:
        return {row["provider"]: row for row in reads.rows("providers.sql", name, values)} if ready else {}

    calls, compared = by_provider("calls"), by_provider("compared")
    heard = by_provider("heard", batches=BATCHES_LOOKED_AT)
    there = pay.configured()
    found = []
    for name in dict.fromkeys((*there, *heard, *compared, *calls)):
        call, last = calls.get(name, {}), compared.get(name, {})
        found.append(
            ProviderState(
                name=name,
                is_configured=name in there,
                heard_at=heard.get(name, {}).get("received_at"),
                waiting=call.get("waiting", 0),
                failing=call.get("failing", 0),
                next_at=call.get("next_at"),
                error=call.get("error") or "",
                compared_at=last.get("compared_at"),
                open_count=last.get("open_count", 0),
            )
        )
    return found


@with_right(MANAGE_STAFF)
@require_GET
def all_settings(request: HttpRequest) -> HttpResponse:
    """What an owner can set, how providers do, and what the environment says."""
    limits: dict[str, int] = {}
    if reads.has_cells():
        market_of = {place.name: place.market_code for place in places()}
        for row in reads.rows("providers.sql", "limits", {"today": datetime.now(UTC).date()}):
            limits.setdefault(market_of.get(row["cell"], ""), row["refund_limit_minor"])
    return page(
        request,
        "settings.html",
        settings=in_force(),
        providers=providers(),
        limits=limits,
        voices=voices.waiting_rules(),
    )


class MarketForm(forms.Form):
    """What of a market an owner may change at any time; currency and time zone are for ever."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    languages = forms.MultipleChoiceField(label=gettext_lazy("Languages"), widget=forms.CheckboxSelectMultiple)
    first = forms.ChoiceField(label=gettext_lazy("First language"))
    unpaid_minutes = forms.IntegerField(
        label=gettext_lazy("Minutes an unpaid order is held"),
        min_value=SHORTEST_UNPAID_MINUTES,
        max_value=LONGEST_UNPAID_MINUTES,
    )
    gift_card_months = forms.IntegerField(
        label=gettext_lazy("Months a gift card can be used"), min_value=0, max_value=MOST_GIFT_CARD_MONTHS
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("languages", "first"):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = list(django_settings.LANGUAGES)

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        if "languages" in told and told.get("first") not in told["languages"]:
            self.add_error("first", _("The first language is one of the market’s languages."))
        return told


@with_right(MANAGE_STAFF)
@require_http_methods(["GET", "POST"])
def market(request: HttpRequest, code: str) -> HttpResponse:
    """One market: what may be changed, and who changed it."""
    try:
        found = markets.market(code)
    except markets.UnknownMarket:
        raise Http404 from None
    desk = desk_of(request)
    first = found.languages[0] if found.languages else ""
    start: dict[str, Any] = {"name": found.name, "languages": list(found.languages), "first": first}
    kept = ("unpaid_minutes", "gift_card_months")
    start |= {name: getattr(found, name) for name in kept}
    form = MarketForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        languages = [told["first"], *(each for each in told["languages"] if each != told["first"])]
        before = {"name": found.name, "languages": list(found.languages), **{name: start[name] for name in kept}}
        after = {"name": told["name"], "languages": languages, **{name: told[name] for name in kept}}
        changed = [key for key in after if before[key] != after[key]]
        if changed:
            with transaction.atomic():
                markets.change_market(code, **after)
                old, new = ({key: side[key] for key in changed} for side in (before, after))
                note_down(desk.staff, "change", "market", code, told["name"], old, new)
            messages.success(request, _("Saved."))
        return redirect("office-market", code=code)
    entries = [(entry, differences(entry.before, entry.after, desk)) for entry in changes_of("market", code)]
    status = 422 if form.is_bound else 200
    return page(request, "market.html", desk=desk, status=status, market=found, form=form, entries=entries)


class VoicesForm(forms.Form):
    """What of what members write waits until somebody has looked over it."""

    reviews_wait = forms.BooleanField(
        label=gettext_lazy("Reviews wait until somebody has looked at them"), required=False
    )
    questions_wait = forms.BooleanField(label=gettext_lazy("Questions wait"), required=False)
    answers_wait = forms.BooleanField(label=gettext_lazy("Buyers’ answers wait"), required=False)


@with_right(MANAGE_STAFF)
@require_http_methods(["GET", "POST"])
def moderation(request: HttpRequest) -> HttpResponse:
    """Whether reviews, questions and answers are published at once or looked over first."""
    desk, there = desk_of(request), asdict(voices.waiting_rules())
    form = VoicesForm(request.POST if request.method == "POST" else None, initial=there)
    if request.method == "POST" and form.is_valid():
        changed = [key for key, value in form.cleaned_data.items() if there[key] != value]
        if changed:
            with transaction.atomic():
                voices.set_waiting_rules(voices.WaitingRules(**form.cleaned_data))
                old, new = ({key: side[key] for key in changed} for side in (there, form.cleaned_data))
                note_down(desk.staff, "change", "voices", "rules", _("Reviews"), old, new)
        messages.success(request, _("Saved. It holds for what is written from now on."))
        return redirect("office-moderation")
    entries = [(entry, differences(entry.before, entry.after, desk)) for entry in changes_of("voices", "rules")]
    return page(request, "moderation.html", desk=desk, form=form, entries=entries)
