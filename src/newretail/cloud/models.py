"""Tenants, cells and API keys: who rents which part of the machine."""

from __future__ import annotations

from django.db import models


class Tenant(models.Model):
    """A merchant or enterprise that runs a market on this installation."""

    id = models.SmallAutoField(primary_key=True)
    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)

    def __str__(self) -> str:
        return self.name


class Cell(models.Model):
    """A PostgreSQL schema with the orders and the stock of a slice of one market's buyers (DESIGN §3).

    A shadow cell belongs to one rehearsal: it is a copy of `shadow_of`'s stock, and dropping it sweeps
    away everything that the rehearsal wrote.
    """

    name = models.CharField(primary_key=True, max_length=40)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT)
    market_code = models.CharField(max_length=2, help_text="The market (country code) whose buyers it serves.")
    currency = models.CharField(max_length=3)
    database_url = models.CharField(
        max_length=500, blank=True, default="", help_text="Empty: the home database. Else a PostgreSQL URL."
    )
    shadow_of = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT)
    rehearsal_id = models.BigIntegerField(null=True, blank=True)
    opened_at = models.DateTimeField()

    class Meta:
        ordering = ("name",)
        constraints = [
            models.CheckConstraint(
                name="shadow_cell_has_rehearsal",
                condition=models.Q(shadow_of__isnull=True, rehearsal_id__isnull=True)
                | models.Q(shadow_of__isnull=False, rehearsal_id__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.name


class ApiKey(models.Model):
    """A caller of the public API. Only the SHA-256 of the secret is kept."""

    prefix = models.CharField(max_length=12, primary_key=True)
    secret_sha256 = models.BinaryField(max_length=32)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT)
    name = models.CharField(max_length=120)
    scopes = models.JSONField(default=list, help_text="Of: orders:write, orders:read, stock:read.")
    orders_per_second = models.IntegerField(
        default=1000, help_text="Sustained rate; a burst may hold one second's worth."
    )
    rehearsal_id = models.BigIntegerField(
        null=True, blank=True, help_text="Set: what this key writes goes to the shadow cells of that rehearsal."
    )
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
