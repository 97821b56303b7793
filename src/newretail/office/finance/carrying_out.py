"""An allowed refund on its way to the order engine."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from newretail.pay.settlement import api as settlement


def carry_out(request: HttpRequest, books: settlement.CellBooks, asked: settlement.RefundRequest) -> None:
    """Say that the refund is allowed."""
    messages.success(request, _("The refund is allowed."))
