"""The addresses of finance, under /office/finance/."""

from __future__ import annotations

from django.urls import path

from newretail.office.finance import asking, orders, settling, statements, suspense, views

urlpatterns = [
    path("", views.home, name="finance"),
    path("search", views.search, name="finance-search"),
    path("trial-balance", views.trial, name="finance-trial"),
    path("accounts/<str:cell>/<int:account_id>", views.account, name="finance-account"),
    path("orders/<uuid:order_id>", orders.order, name="finance-order"),
    path("orders/<uuid:order_id>/refund", asking.ask, name="finance-refund"),
    path("refunds/<str:cell>/<uuid:request_id>", asking.decide, name="finance-decide"),
    path("refunds/<str:cell>/<uuid:request_id>/again", asking.again, name="finance-again"),
    path("suspense", suspense.worklist, name="finance-suspense"),
    path("suspense/compare", suspense.compare, name="finance-compare"),
    path("suspense/<str:cell>/event", suspense.close_event, name="finance-close-event"),
    path("suspense/<str:cell>/explain", suspense.explain, name="finance-explain"),
    path("suspense/<str:cell>/<uuid:payment_id>", suspense.one, name="finance-suspense-one"),
    path("statements", statements.statements, name="finance-statements"),
    path("statements/<str:key>/<str:day>", statements.statement, name="finance-statement"),
    path("payouts", settling.payouts, name="finance-payouts"),
    path("payouts/<str:cell>/propose", settling.propose, name="finance-propose"),
    path("payouts/<str:cell>/<uuid:payout_id>", settling.move_payout, name="finance-payout"),
    path("provider-payouts", settling.reports, name="finance-reports"),
    path("months", settling.months, name="finance-months"),
    path("months/<str:key>/<str:month>", settling.month, name="finance-month"),
    path("terms", settling.terms, name="finance-terms"),
]
