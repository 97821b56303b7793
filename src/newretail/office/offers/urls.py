"""Addresses of offers."""

from __future__ import annotations

from django.urls import path

from newretail.office.offers import views

urlpatterns = [
    path("offers", views.offers, name="office-offers"),
    path("offers/new", views.new, name="office-offer-new"),
    path("offers/<int:offer_id>", views.offer, name="office-offer"),
    path("offers/<int:offer_id>/end", views.end, name="office-offer-end"),
]
