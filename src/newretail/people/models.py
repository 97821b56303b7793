"""Shoppers, members and staff: one account model for everybody who signs in."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.utils import timezone


class MemberAccounts(BaseUserManager["Member"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> Member:
        """Make an account; without a password nobody can sign in to it (guests, imported households)."""
        if not email:
            raise ValueError("An account needs an e-mail address.")
        member = self.model(email=self.normalize_email(email), **fields)
        member.set_password(password)
        member.save(using=self._db)
        return member

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> Member:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class Member(AbstractBaseUser, PermissionsMixin):
    """Somebody who buys or works here; `id` is the buyer id of their orders.

    `home_node_id` is the node they usually buy at; it also says in which cell their orders lie.
    """

    id = models.BigAutoField(primary_key=True)
    tenant_id = models.SmallIntegerField(default=1)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120, blank=True)
    market_code = models.CharField(max_length=2, default="US")
    language = models.CharField(max_length=10, default="en")
    home_node_id = models.IntegerField(null=True, blank=True)
    is_guest = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    joined_at = models.DateTimeField(default=timezone.now)
    # When they opened the link that was mailed to this address; empty: nobody has shown yet that it is theirs.
    email_confirmed_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[MemberAccounts] = MemberAccounts()

    USERNAME_FIELD = "email"

    def __str__(self) -> str:
        return self.name or self.email


class Household(models.Model):
    """What the source of an imported member says of the household (demo: completejourney, 801 of 2,469)."""

    member = models.OneToOneField(Member, primary_key=True, on_delete=models.CASCADE)
    age = models.CharField(max_length=10, blank=True)
    income = models.CharField(max_length=10, blank=True)
    home_ownership = models.CharField(max_length=20, blank=True)
    marital_status = models.CharField(max_length=12, blank=True)
    size = models.CharField(max_length=4, blank=True)
    composition = models.CharField(max_length=20, blank=True)
    kids = models.CharField(max_length=4, blank=True)

    def __str__(self) -> str:
        return f"household of {self.member_id}"


class OrderContact(models.Model):
    """What a buyer told us so that one order reaches them; personal, so it is kept here and not in the order book."""

    class Way(models.TextChoices):
        PICK_UP = "pick_up"
        DELIVERY = "delivery"

    order_id = models.UUIDField(primary_key=True)
    member = models.ForeignKey(Member, on_delete=models.CASCADE)
    way = models.CharField(max_length=8, choices=Way.choices)
    name = models.CharField(max_length=120)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40)
    country = models.CharField(max_length=2, blank=True)
    address = models.CharField(max_length=240, blank=True)
    address2 = models.CharField(max_length=120, blank=True)
    district = models.CharField(max_length=60, blank=True)
    city = models.CharField(max_length=120, blank=True)
    region = models.CharField(max_length=60, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    note = models.CharField(max_length=240, blank=True)
    written_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="delivery_has_address",
                condition=models.Q(way="pick_up") | ~models.Q(address=""),
            )
        ]
        # For the mails that were left out: looked for by time.
        indexes = [models.Index(fields=["written_at"], condition=~models.Q(email=""), name="contact_by_time")]

    def __str__(self) -> str:
        return f"contact of {self.order_id}"


class Address(models.Model):
    """An entry of a member's address book; which parts are filled in depends on the country (`rules.FORMS`)."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="addresses")
    country = models.CharField(max_length=2)
    name = models.CharField(max_length=120)
    phone = models.CharField(max_length=40)
    address = models.CharField(max_length=240)
    address2 = models.CharField(max_length=120, blank=True)
    district = models.CharField(max_length=60, blank=True)
    city = models.CharField(max_length=120, blank=True)
    region = models.CharField(max_length=60, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    is_default = models.BooleanField(default=False)
    written_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_default_address_a_country",
                fields=["member", "country"],
                condition=models.Q(is_default=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.address}"


class Consent(models.Model):
    """What a member said to a question about their data; append-only, the newest answer of a purpose counts."""

    class Purpose(models.TextChoices):
        REMEMBER = "remember"
        NEWS = "news"

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=8, choices=Purpose.choices)
    given = models.BooleanField()
    # Which wording they saw: `<purpose>-<number>`, see consents.py.
    text_version = models.CharField(max_length=20)
    said_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["member", "purpose", "-said_at"], name="consent_newest")]

    def __str__(self) -> str:
        return f"{self.purpose} of {self.member_id}: {self.given}"


class Attempt(models.Model):
    """How often something was tried in a window of time; `key` is a hash, so nothing personal is kept."""

    key = models.CharField(primary_key=True, max_length=64)
    count = models.IntegerField()
    window_ends_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.count} until {self.window_ends_at}"


class OutgoingMail(models.Model):
    """A mail to be sent: the outbox. It goes after the commit that wrote it, and again until it went or is given up."""

    class State(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True)
    # What it is about, for instance `placed:<order id>`: asked for twice, it is one mail.
    topic = models.CharField(max_length=80, unique=True)
    member = models.ForeignKey(Member, null=True, blank=True, on_delete=models.CASCADE)
    to = models.EmailField()
    language = models.CharField(max_length=10)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    tries = models.SmallIntegerField(default=0)
    last_error = models.CharField(max_length=240, blank=True)
    queued_at = models.DateTimeField()
    due_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["due_at"], condition=models.Q(state="waiting"), name="mail_due")]

    def __str__(self) -> str:
        return f"{self.topic} to {self.to}: {self.state}"
