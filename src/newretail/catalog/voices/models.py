"""What members say of products: reviews with photos, questions, answers; and the sums over ratings.

Members are named by their id without a foreign key: `people` is another room of this line, and accounts are never
deleted. `author` is the name that the writer chose to be seen under.
"""

from __future__ import annotations

from django.db import models

from newretail.catalog.voices.rules import Kind, Reason, State

_STATES = [(state.value, state.value) for state in State]
_REASONS = [(reason.value, reason.value) for reason in Reason]
_KINDS = [(kind.value, kind.value) for kind in Kind]


class Voice(models.Model):
    """What all of them have in common."""

    tenant_id = models.SmallIntegerField(default=1)
    product = models.ForeignKey("catalog.Product", on_delete=models.CASCADE, related_name="+")
    member_id = models.BigIntegerField()
    author = models.CharField(max_length=60)
    language = models.CharField(max_length=10)
    text = models.TextField()
    state = models.CharField(max_length=9, choices=_STATES, default=State.WAITING.value)
    reason = models.CharField(max_length=12, choices=_REASONS, blank=True, default="")
    note = models.CharField(
        max_length=240, blank=True, default="", help_text="What the writer is told with the reason."
    )
    written_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.BigIntegerField(null=True)
    reports = models.IntegerField(default=0)

    class Meta:
        abstract = True
        app_label = "catalog"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in State]), name="%(class)s_state_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="rejected") | ~models.Q(reason=""), name="%(class)s_told_why"
            ),
            models.CheckConstraint(condition=~models.Q(text=""), name="%(class)s_says_something"),
        ]
        indexes = [
            models.Index(fields=["written_at"], condition=models.Q(state="waiting"), name="%(class)s_waiting"),
            models.Index(fields=["-reports"], condition=models.Q(reports__gt=0), name="%(class)s_reported"),
            models.Index(fields=["member_id"], name="%(class)s_by_member"),
        ]

    def __str__(self) -> str:
        return f"{type(self).__name__.lower()} {self.pk}"


class VoiceRules(models.Model):
    """What waits until somebody has looked over it; a tenant without a row lets everything wait."""

    tenant_id = models.SmallIntegerField(primary_key=True)
    reviews_wait = models.BooleanField(default=True, help_text="A review with photos waits in any case.")
    questions_wait = models.BooleanField(default=True)
    answers_wait = models.BooleanField(default=True, help_text="Of buyers; staff answer at once.")

    class Meta:
        app_label = "catalog"
        default_permissions = ()

    def __str__(self) -> str:
        return f"rules of tenant {self.tenant_id}"


class Review(Voice):
    """One member's judgement of one product."""

    rating = models.SmallIntegerField()
    title = models.CharField(max_length=120, blank=True, default="")
    is_verified = models.BooleanField(default=False, help_text="The writer had bought it here when writing.")
    helpful = models.IntegerField(default=0)
    reply = models.TextField(blank=True, default="")
    replied_at = models.DateTimeField(null=True)
    replied_by = models.BigIntegerField(null=True)

    class Meta(Voice.Meta):
        abstract = False
        constraints = [
            *Voice.Meta.constraints,
            models.UniqueConstraint(fields=["product", "member_id"], name="one_review_a_member"),
            models.CheckConstraint(condition=models.Q(rating__range=(1, 5)), name="one_to_five_stars"),
            models.CheckConstraint(condition=models.Q(helpful__gte=0), name="helpful_not_negative"),
        ]
        permissions = [("moderate_voices", "Can decide on reviews, questions and answers")]


class ReviewPhoto(models.Model):
    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="photos")
    picture = models.ForeignKey("catalog.Picture", on_delete=models.PROTECT, related_name="+")
    place = models.SmallIntegerField()

    class Meta:
        app_label = "catalog"
        constraints = [models.UniqueConstraint(fields=["review", "picture"], name="photo_once_a_review")]

    def __str__(self) -> str:
        return f"photo {self.place} of review {self.review_id}"


class Vote(models.Model):
    """Somebody found a review helpful."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="votes")
    member_id = models.BigIntegerField()

    class Meta:
        app_label = "catalog"
        constraints = [models.UniqueConstraint(fields=["review", "member_id"], name="one_vote_a_member")]

    def __str__(self) -> str:
        return f"vote for review {self.review_id}"


class Question(Voice):
    class Meta(Voice.Meta):
        abstract = False


class Answer(Voice):
    """Of staff, or of somebody who bought the product."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="answers")
    is_staff = models.BooleanField(default=False)

    class Meta(Voice.Meta):
        abstract = False


class Report(models.Model):
    """Somebody thinks that what is published should not be."""

    kind = models.CharField(max_length=8, choices=_KINDS)
    voice_id = models.BigIntegerField()
    member_id = models.BigIntegerField()
    reason = models.CharField(max_length=12, choices=_REASONS)
    reported_at = models.DateTimeField()

    class Meta:
        app_label = "catalog"
        constraints = [
            models.UniqueConstraint(fields=["kind", "voice_id", "member_id"], name="one_report_a_member"),
        ]

    def __str__(self) -> str:
        return f"report of {self.kind} {self.voice_id}"


class RatingSummary(models.Model):
    """How many published reviews of a product gave how many stars; moved by the transactions that publish them."""

    product = models.OneToOneField("catalog.Product", primary_key=True, on_delete=models.CASCADE, related_name="+")
    ones = models.IntegerField(default=0)
    twos = models.IntegerField(default=0)
    threes = models.IntegerField(default=0)
    fours = models.IntegerField(default=0)
    fives = models.IntegerField(default=0)

    class Meta:
        app_label = "catalog"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ones__gte=0, twos__gte=0, threes__gte=0, fours__gte=0, fives__gte=0),
                name="ratings_not_negative",
            )
        ]

    def __str__(self) -> str:
        return f"ratings of {self.product_id}"
