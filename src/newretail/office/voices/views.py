"""The moderators' queue: reviews, questions and answers that wait or were reported, one by one or many at once."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from newretail.catalog.voices import api as voices
from newretail.office.desk import desk_of, page, require, staff_only

MODERATE = "catalog.moderate_voices"
LAST_PAGE = 100
SHOP = "newretail"  # answers are the shop's: who of the staff wrote them is nobody's business outside
STATES = {
    "waiting": gettext_lazy("Waiting"),
    "reported": gettext_lazy("Reported"),
    "published": gettext_lazy("Published"),
    "rejected": gettext_lazy("Rejected"),
}
KINDS = {
    "review": gettext_lazy("Reviews"),
    "question": gettext_lazy("Questions"),
    "answer": gettext_lazy("Answers"),
}
REASONS = {
    voices.Reason.OFF_TOPIC.value: gettext_lazy("Not about this product"),
    voices.Reason.INSULT.value: gettext_lazy("Insults or threats"),
    voices.Reason.PERSONAL.value: gettext_lazy("Personal data"),
    voices.Reason.ADVERTISING.value: gettext_lazy("Advertising"),
    voices.Reason.UNREADABLE.value: gettext_lazy("Cannot be understood"),
    voices.Reason.OTHER.value: gettext_lazy("Another reason"),
}


def _place(said: dict[str, str]) -> tuple[str, voices.Kind | None, int]:
    """Which part of the queue an address or a form means; nonsense counts as nothing said."""
    which = said.get("which", "")
    kind, number = said.get("kind", ""), said.get("page", "1")
    is_number = number.isascii() and number.isdigit() and 0 < len(number) < 4
    return (
        which if which in STATES else "waiting",
        voices.Kind(kind) if kind in KINDS else None,
        min(max(1, int(number)), LAST_PAGE) if is_number else 1,
    )


def _show(request: HttpRequest, said: dict[str, str], typed: dict[str, str], status: int = 200) -> HttpResponse:
    which, kind, number = _place(said)
    entries, has_next = voices.queue(which, kind, number)
    return page(
        request,
        "voices/queue.html",
        status=status,
        entries=entries,
        has_next=has_next,
        number=number,
        which=which,
        kind=kind or "",
        states=STATES,
        kinds=KINDS,
        reasons=REASONS,
        waiting=voices.waiting(),
        typed=typed,
    )


@staff_only
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    require(request, MODERATE)
    return _show(request, request.GET.dict(), {})


@staff_only
@require_POST
def decide(request: HttpRequest) -> HttpResponse:
    """Do what the pressed button says; what cannot be done leaves the page as it was, with everything typed in it."""
    require(request, MODERATE)
    said = request.POST.dict()
    try:
        messages.success(request, _act(request, said))
    except voices.NotAllowed as error:
        messages.error(request, str(error))
        return _show(request, said, said, status=422)
    which, kind, _number = _place(said)
    query = urlencode({name: value for name, value in (("which", which), ("kind", kind)) if value})
    return redirect(f"{reverse('office-voices')}?{query}")


def _act(request: HttpRequest, said: dict[str, str]) -> str:
    """Carry out the one button that was pressed; what to tell the moderator. Raises NotAllowed."""
    staff = desk_of(request).staff
    if "publish" in said or "reject" in said:
        return _decide(request, said, staff.pk)
    if (ref := voices.Ref.of(said.get("reply", ""))) is not None and ref.kind == voices.Kind.REVIEW:
        voices.reply(ref.voice_id, said.get(f"text-{ref}", ""), staff_id=staff.pk)
        return _("The reply is kept.")
    if (ref := voices.Ref.of(said.get("answer", ""))) is not None and ref.kind == voices.Kind.QUESTION:
        writer = voices.Writer(staff.pk, SHOP, get_language() or "en", is_staff=True)
        voices.answer(ref.voice_id, writer, said.get(f"text-{ref}", ""))
        return _("Answered. Question and answer are published.")
    photo = said.get("photo", "")
    if photo.isascii() and photo.isdigit() and voices.drop_photo(int(photo[:18])):
        return _("The photo is out of the review.")
    raise voices.NotAllowed(_("Somebody else did that already. Here is what is left."))


def _decide(request: HttpRequest, said: dict[str, str], staff_id: int) -> str:
    """Publish or reject one voice by its own button, or all that are ticked by the buttons above."""
    is_rejection = "reject" in said
    one = voices.Ref.of(said["reject" if is_rejection else "publish"])
    ticked = [ref for text in request.POST.getlist("voice") if (ref := voices.Ref.of(text)) is not None]
    if not (chosen := [one] if one else ticked):
        raise voices.NotAllowed(_("Tick what you mean first."))
    place = f"-{one}" if one else ""
    reason = said.get(f"reason{place}", "")
    done = voices.decide(
        chosen,
        voices.State.REJECTED if is_rejection else voices.State.PUBLISHED,
        staff_id=staff_id,
        reason=voices.Reason(reason) if reason in REASONS else None,
        note=said.get(f"note{place}", ""),
    )
    if is_rejection:
        return ngettext("%(num)d rejected.", "%(num)d rejected.", done) % {"num": done}
    return ngettext("%(num)d published.", "%(num)d published.", done) % {"num": done}
