"""Addresses of orders."""

from __future__ import annotations

from django.urls import path

from newretail.office.orders import views

urlpatterns = [
    path("orders", views.orders, name="office-orders"),
    path("orders/<uuid:order_id>", views.order, name="office-order"),
    path("orders/<uuid:order_id>/cancel", views.cancel, name="office-cancel"),
]
