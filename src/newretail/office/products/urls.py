"""Addresses of products."""

from __future__ import annotations

from django.urls import path

from newretail.office.products import views

urlpatterns = [
    path("products", views.products, name="office-products"),
    path("products/new", views.new, name="office-product-new"),
    path("products/change", views.change_many, name="office-products-change"),
    path("products/<int:product_id>", views.product, name="office-product"),
]
