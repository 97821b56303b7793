"""Addresses of members."""

from __future__ import annotations

from django.urls import path

from newretail.office.members import views

urlpatterns = [
    path("members", views.members, name="office-members"),
    path("members/<int:member_id>", views.member, name="office-member"),
    path("members/<int:member_id>/note", views.note, name="office-member-note"),
    path("members/<int:member_id>/account", views.account, name="office-member-account"),
]
