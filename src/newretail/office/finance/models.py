"""No tables: only the rights that the finance pages ask for. Django's groups hand them out."""

from __future__ import annotations

from django.db import models


class Finance(models.Model):
    """Carries the rights of those who look after the money."""

    class Meta:
        managed = False
        default_permissions = ()
        permissions = [
            ("see_books", "Can see the books"),
            ("refund", "Can give money back"),
            ("approve_refund", "Can approve what others want to give back"),
            ("pay_out", "Can propose and send payouts"),
            ("approve_payout", "Can approve payouts that others proposed"),
            ("close_month", "Can lock a month"),
            ("set_terms", "Can set commission, fees and the limit of refunds"),
            ("see_gift_cards", "Can see gift cards"),
            ("handle_gift_cards", "Can issue, block and void gift cards"),
            ("approve_gift_cards", "Can approve what others want to do with gift cards"),
        ]
        verbose_name = verbose_name_plural = "finance"

    def __str__(self) -> str:
        return "finance"
