"""Addresses of the stock."""

from __future__ import annotations

from django.urls import path

from newretail.office.stock import views

urlpatterns = [
    path("stock", views.pools, name="office-stock"),
    path("stock/worklist", views.worklist, name="office-worklist"),
    path("stock/<str:node_code>/<str:sku_code>", views.pool, name="office-pool"),
]
