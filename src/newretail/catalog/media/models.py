"""Uploaded pictures, and which of them show a product."""

from __future__ import annotations

from django.db import models


class Picture(models.Model):
    """A picture made ready to be shown; its files lie in a folder named by its key."""

    key = models.CharField(max_length=32, primary_key=True)
    tenant_id = models.SmallIntegerField(default=1)
    owner_id = models.BigIntegerField(help_text="The member who uploaded it for a review; 0: the shop's own.")
    width = models.IntegerField()
    height = models.IntegerField()
    made_at = models.DateTimeField()

    class Meta:
        app_label = "catalog"
        indexes = [
            models.Index(fields=["made_at"], name="picture_by_age"),
            models.Index(fields=["owner_id", "made_at"], name="picture_by_owner"),
        ]

    def __str__(self) -> str:
        return self.key


class ProductPicture(models.Model):
    """A picture of a product: the first by `place` is on its cards, cut around its focus."""

    product = models.ForeignKey("catalog.Product", on_delete=models.CASCADE, related_name="pictures")
    picture = models.ForeignKey(Picture, on_delete=models.PROTECT, related_name="+")
    place = models.SmallIntegerField()
    focus_x = models.SmallIntegerField(default=50)
    focus_y = models.SmallIntegerField(default=50)
    alts = models.JSONField(help_text="What it shows, by language; English is always there.")
    added_by = models.BigIntegerField()
    added_at = models.DateTimeField()

    class Meta:
        app_label = "catalog"
        constraints = [
            models.UniqueConstraint(fields=["product", "picture"], name="picture_once_a_product"),
            models.CheckConstraint(
                condition=models.Q(focus_x__range=(0, 100), focus_y__range=(0, 100)), name="focus_in_the_picture"
            ),
            models.CheckConstraint(
                condition=~models.Q(alts__en="") & models.Q(alts__has_key="en"), name="picture_is_told"
            ),
        ]

    def __str__(self) -> str:
        return f"picture {self.place} of {self.product_id}"
