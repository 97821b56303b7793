"""Addresses of price lists."""

from __future__ import annotations

from django.urls import path

from newretail.office.price_lists import prices, views

urlpatterns = [
    path("price-lists", views.price_lists, name="office-price-lists"),
    path("price-lists/new", views.new, name="office-price-list-new"),
    path("price-lists/<int:list_id>", views.price_list, name="office-price-list"),
    path("price-lists/prices", prices.all_prices, name="office-list-prices"),
]
