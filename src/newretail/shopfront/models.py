"""What a member means to buy, on whichever device: the only table of the shopfront."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from newretail.people.models import Member


class MemberCart(models.Model):
    """A member's cart. Lists and not objects, because a jsonb object forgets the order of its keys."""

    member = models.OneToOneField(Member, primary_key=True, on_delete=models.CASCADE)
    # [SKU code, units, number of the delivery] in the order in which they were put in
    lines = models.JSONField(default=list)
    # [SKU code, units] kept for another day
    saved = models.JSONField(default=list)
    # How its member paid the last time (tenders.Way.key), to be offered first
    pays_with = models.CharField(max_length=20, default="", blank=True)
    changed_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"cart of {self.member_id}"
