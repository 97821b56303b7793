"""Looking over what members wrote, under /office/voices."""

from __future__ import annotations

from django.urls import path

from newretail.office.voices import views

urlpatterns = [
    path("voices", views.queue, name="office-voices"),
    path("voices/decide", views.decide, name="office-voices-decide"),
]
