"""Nodes: the places that hold stock. What lies at a node is kept in its cell (see `sql/cell/`)."""

from __future__ import annotations

from django.db import models

from newretail.cloud.models import Cell


class Node(models.Model):
    """A warehouse, supermarket or corner shop; all its stock and the orders on it lie in one cell."""

    class Kind(models.TextChoices):
        STORE = "store"
        WAREHOUSE = "warehouse"
        CORNER_SHOP = "corner_shop"

    id = models.IntegerField(primary_key=True)
    tenant_id = models.SmallIntegerField(default=1)
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.STORE)
    cell = models.ForeignKey(Cell, on_delete=models.PROTECT)
    market_code = models.CharField(max_length=2)
    city = models.CharField(max_length=120)
    names = models.JSONField(
        default=dict, blank=True, db_default={}, help_text="Its name in other languages, by language; else the name."
    )
    city_names = models.JSONField(default=dict, blank=True, db_default={}, help_text="Its city's, in the same way.")
    address = models.CharField(max_length=240, blank=True, default="", db_default="")
    opening = models.CharField(
        max_length=240, blank=True, default="", db_default="", help_text="As people read it: Mon–Sat 9:00–21:00."
    )
    latitude = models.DecimalField(max_digits=9, decimal_places=6)
    longitude = models.DecimalField(max_digits=9, decimal_places=6)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant_id", "code"], name="node_code_once")]

    def __str__(self) -> str:
        return self.name
