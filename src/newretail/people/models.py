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
    address = models.CharField(max_length=240, blank=True)
    city = models.CharField(max_length=120, blank=True)
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

    def __str__(self) -> str:
        return f"contact of {self.order_id}"
