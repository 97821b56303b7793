"""Questions and answers: all of a product with a search, asking, answering."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from newretail.catalog.voices import api as voices
from newretail.shopfront.listing import page_number
from newretail.shopfront.visit import page, visit_of
from newretail.shopfront.voices.forms import AnswerForm, QuestionForm
from newretail.shopfront.voices.writer import (
    back_to,
    draft_of,
    forget_draft,
    members_only,
    product_or_404,
    writer_of,
)


@require_GET
def every(request: HttpRequest, product_id: int) -> HttpResponse:
    """All questions about a product, or those with the words that were searched for."""
    shop = visit_of(request)
    words = " ".join(request.GET.get("words", "").replace("\0", "").split())[:100]
    number = page_number(request)
    found, has_next = voices.questions(
        product_id, words, page=number, member_id=shop.member.pk if shop.member else None
    )
    return page(
        request,
        "voices/questions.html",
        product=product_or_404(shop, product_id),
        questions=found,
        has_next=has_next,
        number=number,
        sought=words,
    )


@never_cache
@members_only
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, product_id: int) -> HttpResponse:
    shop = visit_of(request)
    assert shop.member is not None
    product = product_or_404(shop, product_id)
    form = QuestionForm(request.POST or None, initial={"author": shop.member.name, **draft_of(request)})
    if request.method == "POST" and form.is_valid():
        writer = writer_of(shop, product_id, form.cleaned_data["author"])
        try:
            asked = voices.ask(product_id, writer, form.cleaned_data["text"])
        except voices.NotAllowed as error:
            form.add_error(None, str(error))
        else:
            forget_draft(request)
            shown = _("Thank you. Your question is shown.")
            waits = _("Thank you. Your question is shown once somebody has looked it over.")
            messages.success(request, shown if asked.state == voices.State.PUBLISHED else waits)
            return redirect(back_to(shop, product, "questions"))
    return page(request, "voices/ask.html", status=422 if form.errors else 200, product=product, form=form)


@never_cache
@members_only
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, product_id: int, question_id: int) -> HttpResponse:
    """For staff and for those who bought it; everybody else is told so."""
    shop = visit_of(request)
    assert shop.member is not None
    product = product_or_404(shop, product_id)
    question = voices.question(product_id, question_id)
    if question is None:
        return redirect("questions", product_id=product_id)
    form = AnswerForm(request.POST or None, initial={"author": shop.member.name, **draft_of(request)})
    writer = writer_of(shop, product_id, str(form["author"].value() or ""))
    may_answer = writer.is_staff or writer.is_verified
    if request.method == "POST" and form.is_valid():
        try:
            said = voices.answer(question_id, writer, form.cleaned_data["text"])
        except voices.NotAllowed as error:
            form.add_error(None, str(error))
        else:
            forget_draft(request)
            shown = _("Thank you. Your answer is shown.")
            waits = _("Thank you. Your answer is shown once somebody has looked it over.")
            messages.success(request, shown if said.state == voices.State.PUBLISHED else waits)
            return redirect(back_to(shop, product, "questions"))
    return page(
        request,
        "voices/answer.html",
        status=422 if form.errors else 200,
        product=product,
        form=form,
        question=question,
        may_answer=may_answer,
    )
