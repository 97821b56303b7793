"""Addresses of gift cards."""

from __future__ import annotations

from django.urls import path

from newretail.office.gift_cards import deciding, views

urlpatterns = [
    path("gift-cards", views.gift_cards, name="office-gift-cards"),
    path("gift-cards/issue", views.issue, name="office-gift-cards-issue"),
    path("gift-cards/<str:cell>/<int:account_id>", views.card, name="office-gift-card"),
    path("gift-cards/<str:cell>/<uuid:request_id>", views.batch, name="office-gift-cards-batch"),
    path("gift-cards/<str:cell>/<uuid:request_id>/decide", deciding.decide, name="office-gift-cards-decide"),
    path("gift-cards/<str:cell>/<uuid:request_id>/codes", deciding.codes, name="office-gift-cards-codes"),
]
