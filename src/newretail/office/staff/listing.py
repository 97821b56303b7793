"""The list of staff: who works here, and what they may do."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from newretail.office.desk import MANAGE_STAFF, Desk
from newretail.office.lists.listing import Column, Filter, Listing, Row
from newretail.office.lists.views import register
from newretail.office.members.listing import YES_NO, open_name, yes_or_no
from newretail.office.staff.roles import BY_NAME


def role_names(text: str) -> str:
    """Names of groups in the reader's words."""
    return ", ".join(str(BY_NAME[name].label) if name in BY_NAME else name for name in text.split(", ") if name)


def _dress(desk: Desk, rows: list[Row]) -> None:
    for row in rows:
        row["open"] = "yes" if row["is_active"] else "no"
        row["open_look"] = "on" if row["is_active"] else "warn"
        row["roles"] = _now("Administrator") if row["is_superuser"] else role_names(row["roles"])


STAFF = register(
    Listing(
        name="staff",
        title=_("Staff"),
        statement=("newretail.office.staff", "list.sql", "staff"),
        key="id",
        key_type="bigint",
        columns=(
            Column("email", _("E-mail"), sort="text", link=lambda row: reverse("office-colleague", args=[row["id"]])),
            Column("name", _("Name"), sort="text"),
            Column("roles", _("Roles")),
            Column("open", _("Account"), "state", text=open_name),
            Column("last_login", _("Last signed in"), "moment"),
        ),
        filters=(Filter("open", _("Account open"), "listed.is_active = %(open)s", lambda: YES_NO, yes_or_no),),
        order="email",
        search=lambda words: (
            "strpos(lower(listed.name || ' ' || listed.email), lower(%(words)s)) > 0",
            {"words": words},
        ),
        search_label=_("E-mail or name"),
        right=MANAGE_STAFF,
        dress=_dress,
    )
)
