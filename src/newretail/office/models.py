"""No tables: only the rights that the office's own pages ask for. Django's groups hand them out."""

from __future__ import annotations

from django.db import models


class Office(models.Model):
    """Carries the rights of staff beyond looking; the tables' own rights are Django's."""

    class Meta:
        managed = False
        default_permissions = ()
        permissions = [
            ("cancel_order", "Can cancel orders"),
            ("move_stock", "Can receive and count goods"),
        ]
        verbose_name = verbose_name_plural = "office"

    def __str__(self) -> str:
        return "office"
