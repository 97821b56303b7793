"""Reviews: all of a product, writing one's own, voting, reporting."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from newretail.catalog.media import api as media
from newretail.catalog.voices import api as voices
from newretail.shopfront.accounts import next_page
from newretail.shopfront.listing import page_number
from newretail.shopfront.visit import page, visit_of
from newretail.shopfront.voices.forms import REASON_WORDS, ReportForm, ReviewForm
from newretail.shopfront.voices.writer import (
    back_to,
    draft_of,
    forget_draft,
    has_bought,
    members_only,
    product_or_404,
    writer_of,
)


def _wanted(request: HttpRequest) -> tuple[voices.Wanted, dict[str, str]]:
    """Which reviews the address asks for, and the address of exactly that; nonsense counts as nothing said."""
    sort, stars = request.GET.get("sort", ""), request.GET.get("stars", "")
    said: dict[str, str] = {}
    if sort in set(voices.Sort) - {voices.Sort.HELPFUL}:
        said["sort"] = sort
    if stars in {str(number) for number in voices.STARS}:
        said["stars"] = stars
    said |= {name: "1" for name in ("photos", "verified") if request.GET.get(name) == "1"}
    wanted = voices.Wanted(
        sort=voices.Sort(said.get("sort", voices.Sort.HELPFUL)),
        stars=int(said["stars"]) if "stars" in said else None,
        photos_only="photos" in said,
        verified_only="verified" in said,
    )
    return wanted, said


@require_GET
def every(request: HttpRequest, product_id: int) -> HttpResponse:
    """All published reviews of a product, sorted and narrowed by the address."""
    shop = visit_of(request)
    wanted, said = _wanted(request)
    number = page_number(request)
    member_id = shop.member.pk if shop.member else None

    def query(**changes: str) -> str:
        """The address with something changed; an empty value takes it out."""
        return urlencode({name: value for name, value in {**said, **changes}.items() if value})

    found, has_next = voices.reviews(product_id, wanted, page=number, member_id=member_id)
    return page(
        request,
        "voices/reviews.html",
        product=product_or_404(shop, product_id),
        all=voices.overview(product_id, shop.language, member_id),
        reviews=found,
        has_next=has_next,
        number=number,
        wanted=wanted,
        query=query,
        said=said,
    )


def _take_photos(request: HttpRequest, form: ReviewForm, member_id: int) -> list[str]:
    """The keys of the photos of this form: those kept from before, then new uploads. What is wrong stands at the field.

    New ones are taken even when something else is wrong, because a browser does not send a file a second time.
    """
    keys = media.own_keys(request.POST.getlist("kept")[: voices.PHOTOS_LIMIT], member_id)
    for file in request.FILES.getlist("photos"):
        if len(keys) >= voices.PHOTOS_LIMIT:
            form.add_error("photos", _("At most %(limit)d photos fit.") % {"limit": voices.PHOTOS_LIMIT})
            break
        try:
            # One byte beyond the limit is enough to know that it is too large.
            key = media.take(file.read(media.BYTES_LIMIT + 1), member_id).key
        except media.NotAPicture as error:
            form.add_error("photos", f"{file.name}: {error}")
        else:
            keys += [key] if key not in keys else []
    return keys


@never_cache
@members_only
@require_http_methods(["GET", "POST"])
def write(request: HttpRequest, product_id: int) -> HttpResponse:
    """One's own review: a new one, or the one from before."""
    shop = visit_of(request)
    assert shop.member is not None
    product = product_or_404(shop, product_id)
    mine = voices.own_review(product_id, shop.member.pk)
    keys = [photo.picture_id for photo in mine.photos.all()] if mine else []
    if request.method == "POST":
        form = ReviewForm(request.POST)
        is_complete = form.is_valid()
        keys = _take_photos(request, form, shop.member.pk)
        if is_complete and form.is_valid():
            told = form.cleaned_data
            writer = writer_of(shop, product_id, told["author"])
            try:
                judgement = voices.Judgement(told["rating"], told["title"], told["text"], keys)
                written = voices.write_review(product_id, writer, judgement)
            except voices.NotAllowed as error:
                form.add_error(None, str(error))
            else:
                forget_draft(request)
                shown = _("Thank you. Your review is shown.")
                waits = _("Thank you. Your review is shown once somebody has looked it over.")
                messages.success(request, shown if written.state == voices.State.PUBLISHED else waits)
                return redirect(back_to(shop, product, "reviews"))
    else:
        known = {name: getattr(mine, name) for name in ("rating", "title", "text", "author")} if mine else {}
        form = ReviewForm(initial={"author": shop.member.name, **known, **draft_of(request)})
    return page(
        request,
        "voices/write.html",
        status=422 if form.errors else 200,
        product=product,
        form=form,
        mine=mine,
        reasons=dict(REASON_WORDS),
        photos=[(key, media.square_name(key, media.Focus())) for key in keys],
        photos_limit=voices.PHOTOS_LIMIT,
        is_verified=has_bought(shop.member.pk, product_id),
        waits=voices.waiting_rules().reviews_wait,
    )


@members_only
@require_POST
def withdraw(request: HttpRequest, product_id: int) -> HttpResponse:
    """Delete one's own review."""
    shop = visit_of(request)
    assert shop.member is not None
    product = product_or_404(shop, product_id)
    if voices.withdraw_review(product_id, shop.member.pk):
        messages.success(request, _("Your review is deleted."))
    return redirect(back_to(shop, product, "reviews"))


@members_only
@require_http_methods(["GET", "POST"])
def vote(request: HttpRequest, review_id: int) -> HttpResponse:
    """Say that a review helped, or take it back. Who comes here from signing in is led to the product."""
    shop = visit_of(request)
    assert shop.member is not None
    product_id = voices.product_of(voices.Kind.REVIEW, review_id)
    if product_id is None:
        raise Http404
    if request.method == "POST":
        try:
            voices.vote(review_id, shop.member.pk, is_helpful=request.POST.get("helpful") != "0")
        except voices.NotAllowed as error:
            messages.error(request, str(error))
        return redirect(f"{next_page(request)}#review-{review_id}")
    return redirect(back_to(shop, product_or_404(shop, product_id), f"review-{review_id}"))


@never_cache
@members_only
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest, ref: str) -> HttpResponse:
    """Tell the moderators that a review, question or answer should not be here."""
    shop = visit_of(request)
    assert shop.member is not None
    said = voices.Ref.of(ref)
    product_id = voices.product_of(said.kind, said.voice_id) if said else None
    if said is None or product_id is None:
        raise Http404
    product = product_or_404(shop, product_id)
    form = ReportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            voices.report(said.kind, said.voice_id, shop.member.pk, voices.Reason(form.cleaned_data["reason"]))
        except voices.NotAllowed as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Thank you. Somebody will look at it."))
            return redirect(back_to(shop, product, "reviews" if said.kind == voices.Kind.REVIEW else "questions"))
    return page(request, "voices/report.html", status=422 if form.errors else 200, product=product, form=form)
