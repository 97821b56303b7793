"""Addresses of what all lists share."""

from __future__ import annotations

from django.urls import path

from newretail.office.lists import views

urlpatterns = [
    path("lists/<slug:listing>/views", views.keep_view, name="office-keep-view"),
    path("views/<int:view_id>/drop", views.drop_view, name="office-drop-view"),
]
