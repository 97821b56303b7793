"""The office's own tables: what was changed, saved views of lists, imports, notes; and the rights of staff."""

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
            ("edit_products", "Can change products and prices, and import them"),
            ("edit_pricing", "Can change offers and price lists"),
            ("edit_nodes", "Can change stores and warehouses"),
            ("see_members", "Can see members"),
            ("edit_members", "Can close and open accounts of members"),
            ("see_changes", "Can see who changed what"),
            ("manage_staff", "Can manage staff, roles and settings"),
        ]
        verbose_name = verbose_name_plural = "office"

    def __str__(self) -> str:
        return "office"


class Change(models.Model):
    """Who changed what, and when. Append-only: the table itself refuses to change or lose a row."""

    changed_at = models.DateTimeField()
    staff_id = models.BigIntegerField(help_text="No foreign key: the record outlives the account.")
    staff_email = models.CharField(max_length=254)
    action = models.CharField(max_length=40)
    subject = models.CharField(max_length=20, help_text="What kind of thing: sku, order, member, node …")
    subject_key = models.CharField(max_length=64)
    label = models.CharField(max_length=240)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    note = models.CharField(max_length=240, blank=True)
    together = models.UUIDField(help_text="The same for all changes of one deed.")

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["subject", "subject_key", "-id"], name="change_of_subject"),
            models.Index(fields=["staff_id", "-id"], name="change_by_staff"),
            models.Index(fields=["changed_at"], name="change_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject} {self.subject_key}"


class SavedView(models.Model):
    """Filters, order and columns of a list under a name: somebody's own, or everybody's."""

    staff_id = models.BigIntegerField()
    listing = models.CharField(max_length=20)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=1000, blank=True)
    is_shared = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["staff_id", "listing", "name"], name="view_name_once")]

    def __str__(self) -> str:
        return self.name


class Import(models.Model):
    """A sheet that somebody sent: checked first, published as a whole or not at all, kept as a record."""

    class State(models.TextChoices):
        CHECKING = "checking"
        CHECKED = "checked"
        FAULTY = "faulty"
        PUBLISHING = "publishing"
        PUBLISHED = "published"
        BROKEN = "broken"

    staff_id = models.BigIntegerField()
    staff_email = models.CharField(max_length=254)
    sent_at = models.DateTimeField()
    file_name = models.CharField(max_length=200)
    sheet = models.BinaryField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.CHECKING)
    state_at = models.DateTimeField()
    rows_total = models.IntegerField(default=0)
    rows_done = models.IntegerField(default=0)
    added = models.IntegerField(default=0)
    changed = models.IntegerField(default=0)
    unchanged = models.IntegerField(default=0)
    faults_total = models.IntegerField(default=0)
    faults = models.JSONField(default=list)
    published_at = models.DateTimeField(null=True)
    price_list_id = models.BigIntegerField(null=True, help_text="The price list it is for; empty: products.")

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.file_name


class Note(models.Model):
    """What staff write down about a member, for each other."""

    member_id = models.BigIntegerField(db_index=True)
    staff_id = models.BigIntegerField()
    staff_email = models.CharField(max_length=254)
    written_at = models.DateTimeField()
    text = models.CharField(max_length=1000)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.text[:60]
