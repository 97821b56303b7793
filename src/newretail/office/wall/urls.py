"""The wall's addresses: /screen and what it asks for, and the office page where operators choose."""

from __future__ import annotations

from django.urls import path

from newretail.office.wall import views

urlpatterns = [
    path("screen", views.screen, name="screen"),
    path("screen/ticket", views.ticket, name="screen-ticket"),
    path("screen/replays/<int:rehearsal_id>", views.replay, name="screen-replay"),
    path("office/wall", views.choose, name="office-wall"),
]
