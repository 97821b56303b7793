"""The addresses of pictures, reviews and questions; the shop's own include them."""

from __future__ import annotations

from django.urls import path

from newretail.shopfront.voices import media, questions, reviews

urlpatterns = [
    path("media/<str:key>/<str:name>", media.file, name="media"),
    path("reviews/<int:product_id>", reviews.every, name="reviews"),
    path("reviews/<int:product_id>/write", reviews.write, name="review-write"),
    path("reviews/<int:product_id>/withdraw", reviews.withdraw, name="review-withdraw"),
    path("reviews/vote/<int:review_id>", reviews.vote, name="review-vote"),
    path("reviews/report/<str:ref>", reviews.report, name="voice-report"),
    path("questions/<int:product_id>", questions.every, name="questions"),
    path("questions/<int:product_id>/ask", questions.ask, name="question-ask"),
    path("questions/<int:product_id>/answer/<int:question_id>", questions.answer, name="question-answer"),
]
