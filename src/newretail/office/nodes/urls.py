"""Addresses of nodes."""

from __future__ import annotations

from django.urls import path

from newretail.office.nodes import views

urlpatterns = [
    path("nodes", views.nodes, name="office-nodes"),
    path("nodes/<str:code>", views.node, name="office-node"),
]
