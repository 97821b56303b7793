"""The pictures of products, under /office/pictures."""

from __future__ import annotations

from django.urls import path

from newretail.office.pictures import views

urlpatterns = [
    path("pictures", views.index, name="office-pictures"),
    path("pictures/<int:product_id>", views.product, name="office-product-pictures"),
]
