"""What members type about products. Labels and errors say what to do."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from newretail.catalog.voices import api as voices

STAR_WORDS = [
    (1, _("1 star: bad")),
    (2, _("2 stars: not good")),
    (3, _("3 stars: all right")),
    (4, _("4 stars: good")),
    (5, _("5 stars: very good")),
]
REASON_WORDS = [
    (voices.Reason.OFF_TOPIC.value, _("It is not about this product")),
    (voices.Reason.INSULT.value, _("It insults or threatens somebody")),
    (voices.Reason.PERSONAL.value, _("It shows somebody's personal data")),
    (voices.Reason.ADVERTISING.value, _("It is advertising")),
    (voices.Reason.UNREADABLE.value, _("It cannot be understood")),
    (voices.Reason.OTHER.value, _("Something else")),
]


class Photos(forms.FileInput):
    """Several files at once; the camera of a phone counts."""

    allow_multiple_selected = True


def _author() -> forms.CharField:
    return forms.CharField(
        label=_("Your name as others see it"),
        max_length=voices.AUTHOR_LIMIT,
        error_messages={"required": _("Write the name that others shall see.")},
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
    )


class ReviewForm(forms.Form):
    rating = forms.TypedChoiceField(
        label=_("How many stars?"),
        coerce=int,
        choices=STAR_WORDS,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one to five stars.")},
    )
    title = forms.CharField(label=_("In a few words"), max_length=voices.TITLE_LIMIT, required=False)
    text = forms.CharField(
        label=_("Your review"),
        max_length=voices.REVIEW_LIMIT,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": _("Write what you liked or did not like.")},
    )
    photos = forms.Field(
        label=_("Photos"),
        required=False,
        widget=Photos(attrs={"accept": "image/jpeg,image/png,image/webp,image/avif", "multiple": True}),
    )
    author = _author()


class QuestionForm(forms.Form):
    text = forms.CharField(
        label=_("Your question"),
        max_length=voices.QUESTION_LIMIT,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Write your question.")},
    )
    author = _author()


class AnswerForm(forms.Form):
    text = forms.CharField(
        label=_("Your answer"),
        max_length=voices.ANSWER_LIMIT,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Write your answer.")},
    )
    author = _author()


class ReportForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("What is wrong with it?"),
        choices=REASON_WORDS,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what is wrong with it.")},
    )
