"""Addresses of staff."""

from __future__ import annotations

from django.urls import path

from newretail.office.staff import views

urlpatterns = [
    path("staff", views.staff, name="office-staff"),
    path("staff/invite", views.invite, name="office-invite"),
    path("staff/<int:member_id>", views.colleague, name="office-colleague"),
    path("staff/<int:member_id>/account", views.account, name="office-colleague-account"),
    path("welcome/<str:number>/<str:token>", views.welcome, name="office-welcome"),
]
