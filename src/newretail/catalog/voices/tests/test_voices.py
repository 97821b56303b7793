"""Reviews, questions and answers: who may say what, who sees it when, and sums that are always exact."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st
from PIL import Image

from newretail.catalog.media import api as media
from newretail.catalog.models import Category, Product
from newretail.catalog.voices import api
from newretail.catalog.voices.models import Question, RatingSummary, Review, Vote
from newretail.catalog.voices.rules import WAITING_LIMIT, Summary, tidy
from newretail.kit import settings

STAFF = 1
BOWL, CUP = 9101, 9102


def writer(number: int = 50, **marks) -> api.Writer:
    return api.Writer(number, f"Shopper {number}", "en", **marks)


def said(rating: int = 4, text: str = "Holds soup.", photos=()) -> api.Judgement:
    return api.Judgement(rating, "Good", text, photos)


@pytest.fixture
def products(in_rollback, tmp_path, monkeypatch):
    monkeypatch.setenv(settings.VAR.name, str(tmp_path))
    category = Category.objects.create(slug="bowls", name="Bowls")
    return [Product.objects.create(id=number, name=f"Thing {number}", category=category) for number in (BOWL, CUP)]


def publish(*voices) -> int:
    refs = [api.Ref(api.Kind(type(voice).__name__.lower()), voice.pk) for voice in voices]
    return api.decide(refs, api.State.PUBLISHED, staff_id=STAFF)


def reject(*voices) -> int:
    refs = [api.Ref(api.Kind(type(voice).__name__.lower()), voice.pk) for voice in voices]
    return api.decide(refs, api.State.REJECTED, staff_id=STAFF, reason=api.Reason.ADVERTISING, note="A link.")


def photo(member_id: int, colour: str = "red") -> str:
    file = BytesIO()
    Image.new("RGB", (160, 160), colour).save(file, "PNG")
    return media.take(file.getvalue(), member_id).key


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["write", "publish", "reject", "withdraw", "report"]),
        st.sampled_from([BOWL, CUP]),
        st.integers(51, 53),
        st.integers(1, 5),
    ),
    max_size=25,
)


@how(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_sums_are_what_is_published(products, steps):
    """Whatever members and moderators do, in whatever order: the summary counts the published reviews."""
    with transaction.atomic():
        for what, product, member, stars in steps:
            review = Review.objects.filter(product_id=product, member_id=member).first()
            if what == "write":
                api.write_review(product, writer(member), said(stars))
            elif what == "withdraw":
                assert api.withdraw_review(product, member) == (review is not None)
            elif review is not None and what == "report":
                if review.state == api.State.PUBLISHED:
                    api.report(api.Kind.REVIEW, review.pk, 99, api.Reason.INSULT)
            elif review is not None:
                (publish if what == "publish" else reject)(review)
            for number in (BOWL, CUP):
                found = Counter(
                    Review.objects.filter(product_id=number, state="published").values_list("rating", flat=True)
                )
                shown = api.overview(number, "en").summary
                assert shown.counts == tuple(found[stars] for stars in api.STARS)
        transaction.set_rollback(True)


def test_sums_are_exact_when_many_publish_at_once(small_market):
    """Six moderators publish reviews of one product at the same moment, each on a connection of its own."""
    milk, members = 90_002, range(201, 207)

    def write_and_publish(member: int) -> int:
        try:
            return publish(api.write_review(milk, writer(member), said(member % 5 + 1)))
        finally:
            connection.close()

    try:
        with ThreadPoolExecutor(len(members)) as threads:
            assert list(threads.map(write_and_publish, members)) == [1] * len(members)
        assert api.overview(milk, "en").summary.counts == (1, 2, 1, 1, 1)
    finally:
        for member in members:
            api.withdraw_review(milk, member)
    assert api.overview(milk, "en").summary.total == 0


def test_a_review_is_seen_when_it_was_looked_over(products):
    review = api.write_review(BOWL, writer(is_verified=True), said())
    assert api.reviews(BOWL) == ([], False)
    assert api.overview(BOWL, "en", 50).mine == api.State.WAITING
    assert publish(review) == 1
    assert publish(review) == 0
    ((shown,), more) = api.reviews(BOWL, member_id=50)
    assert (shown.rating, shown.author, shown.is_verified, shown.is_mine, more) == (4, "Shopper 50", True, True, False)
    assert reject(review) == 1
    assert api.reviews(BOWL)[0] == []
    own = api.own_review(BOWL, 50)
    assert own is not None
    assert (own.reason, own.note) == ("advertising", "A link.")


def test_one_review_a_member_and_writing_anew_waits_again(products):
    first = api.write_review(BOWL, writer(), said(5))
    publish(first)
    again = api.write_review(BOWL, writer(), said(1, "It broke."))
    assert (again.pk, again.state) == (first.pk, api.State.WAITING)
    assert api.overview(BOWL, "en").summary.total == 0
    with pytest.raises(IntegrityError), transaction.atomic():
        Review.objects.create(
            product_id=BOWL, member_id=50, rating=1, text="x", author="y", written_at=first.written_at
        )


def test_a_rejection_needs_a_reason(products):
    review = api.write_review(BOWL, writer(), said())
    with pytest.raises(api.NotAllowed, match="reason"):
        api.decide([api.Ref(api.Kind.REVIEW, review.pk)], api.State.REJECTED, staff_id=STAFF)


@pytest.mark.parametrize(
    ("judgement", "author"),
    [(said(0), "a"), (said(6), "a"), (said(text=" \n\t "), "a"), (said(text="x" * 4001), "a"), (said(), "  ")],
)
def test_what_is_no_review_is_refused(products, judgement, author):
    with pytest.raises(api.NotAllowed):
        api.write_review(BOWL, api.Writer(50, author, "en"), judgement)
    assert not Review.objects.exists()


def test_photos_are_the_writers_own(products):
    """Four at most, published with the review, and nobody takes another's."""
    mine, other = photo(50), photo(51)
    with pytest.raises(api.NotAllowed, match="not there"):
        api.write_review(BOWL, writer(), said(photos=[mine, other]))
    with pytest.raises(api.NotAllowed, match="At most"):
        api.write_review(BOWL, writer(), said(photos=[str(number) for number in range(5)]))
    assert not Review.objects.exists()
    review = api.write_review(BOWL, writer(), said(photos=[mine, mine]))
    file = media.file(mine, "whole-320.jpg")
    assert file is not None
    assert not file.is_public
    publish(review)
    file = media.file(mine, "whole-320.jpg")
    assert file is not None
    assert file.is_public
    ((entry,), _more) = api.queue("published", None)
    assert api.drop_photo(entry.photos[0][0])
    ((shown,), _more) = api.reviews(BOWL)
    assert shown.photos == ()


def test_votes_count_once_and_never_for_oneself(products):
    review = api.write_review(BOWL, writer(), said())
    with pytest.raises(api.NotAllowed):
        api.vote(review.pk, 60, is_helpful=True)
    publish(review)
    with pytest.raises(api.NotAllowed):
        api.vote(review.pk, 50, is_helpful=True)
    assert [api.vote(review.pk, member, is_helpful=True) for member in (60, 60, 61)] == [1, 1, 2]
    assert [api.vote(review.pk, 60, is_helpful=False) for _ in range(2)] == [1, 1]
    assert Vote.objects.count() == 1


def test_reports_reach_the_moderators_once_a_member(products):
    review = api.write_review(BOWL, writer(), said())
    publish(review)
    for member in (60, 60, 61):
        api.report(api.Kind.REVIEW, review.pk, member, api.Reason.INSULT)
    ((entry,), _more) = api.queue(api.REPORTED, None)
    assert (entry.reports, entry.reported_for, api.waiting()["reported"]) == (2, ["insult"], 1)
    assert publish(review) == 1, "publishing it again settles the reports"
    assert api.waiting()["reported"] == 0
    with pytest.raises(api.NotAllowed):
        api.report(api.Kind.REVIEW, review.pk, 50, api.Reason.OTHER)


def test_a_card_tells_a_rating_only_where_somebody_rated(products):
    """A review that waits counts for nothing yet, one that is withdrawn no longer."""
    review = api.write_review(BOWL, writer(60), said(4))
    assert api.ratings([BOWL]) == {}
    publish(review, api.write_review(BOWL, writer(61), said(5)))
    assert api.ratings([BOWL, BOWL + 1]) == {BOWL: api.Rating(4.5, 2)}
    for member in (60, 61):
        api.withdraw_review(BOWL, member)
    assert api.ratings([BOWL]) == {}


def test_reviews_are_sorted_and_narrowed(products):
    for member, rating in ((60, 5), (61, 1), (62, 3)):
        keys = [photo(member)] if member == 62 else []
        publish(api.write_review(BOWL, writer(member, is_verified=member == 61), said(rating, photos=keys)))
    middle = Review.objects.get(member_id=62)
    api.vote(middle.pk, 99, is_helpful=True)

    def stars(**wanted) -> list[int]:
        return [review.rating for review in api.reviews(BOWL, api.Wanted(**wanted))[0]]

    assert stars(sort=api.Sort.HELPFUL)[0] == 3
    assert stars(sort=api.Sort.NEWEST) == [3, 1, 5]
    assert stars(sort=api.Sort.HIGHEST) == [5, 3, 1]
    assert stars(sort=api.Sort.LOWEST) == [1, 3, 5]
    assert stars(stars=1) == stars(verified_only=True) == [1]
    assert stars(photos_only=True) == [3]
    assert [len(api.reviews(BOWL, page=page, size=2)[0]) for page in (1, 2, 3)] == [2, 1, 0]


def test_questions_are_answered_by_staff_and_by_buyers(products):
    question = api.ask(BOWL, writer(), "Does it survive the oven?")
    assert api.ask(BOWL, writer(), "Does it survive the oven?").pk == question.pk, "sent twice is asked once"
    with pytest.raises(api.NotAllowed, match="bought"):
        api.answer(question.pk, writer(60), "Yes")
    with pytest.raises(api.NotAllowed, match="any more"):
        api.answer(question.pk, writer(60, is_verified=True), "Yes")
    api.answer(question.pk, writer(STAFF, is_staff=True), "Up to 220 °C.")
    buyers = api.answer(question.pk, writer(60, is_verified=True), "Mine did.")
    ((shown,), _more) = api.questions(BOWL)
    assert [(said.text, said.is_staff) for said in shown.answers] == [("Up to 220 °C.", True)]
    publish(buyers)
    ((shown,), _more) = api.questions(BOWL)
    assert [said.text for said in shown.answers] == ["Up to 220 °C.", "Mine did."]
    assert api.overview(BOWL, "en").questions == 1


@pytest.mark.parametrize(
    ("words", "count"), [("oven", 1), ("OVEN 220", 1), ("oven microwave", 0), ("%", 0), ("_", 0), ("", 2), ("오븐", 1)]
)
def test_questions_are_found_by_words_of_theirs_and_of_their_answers(products, words, count):
    one = api.ask(BOWL, writer(), "Does it survive the oven?")
    api.answer(one.pk, writer(STAFF, is_staff=True), "Up to 220 °C.")
    publish(api.ask(BOWL, writer(), "오븐에 넣어도 되나요?"))
    assert len(api.questions(BOWL, words)[0]) == count


def test_nobody_floods_the_moderators(products):
    for number in range(WAITING_LIMIT):
        api.ask(BOWL, writer(), f"Question {number}?")
    with pytest.raises(api.NotAllowed, match="waits"):
        api.ask(BOWL, writer(), "One more?")
    with pytest.raises(api.NotAllowed, match="waits"):
        api.write_review(BOWL, writer(), said())
    assert Question.objects.count() == WAITING_LIMIT
    assert api.waiting() == {"review": 0, "question": WAITING_LIMIT, "answer": 0, "reported": 0}


def test_where_nothing_waits_it_is_shown_and_counted_at_once_but_photos_wait(products):
    api.set_waiting_rules(api.WaitingRules(False, False, False))
    assert api.write_review(BOWL, writer(), said(5)).state == api.State.PUBLISHED
    assert api.write_review(BOWL, writer(), said(3)).state == api.State.PUBLISHED, "written anew"
    assert api.write_review(BOWL, writer(51), said(1, photos=[photo(51)])).state == api.State.WAITING
    assert [(each.pk, each.threes, each.fives) for each in RatingSummary.objects.filter(pk=BOWL)] == [(BOWL, 1, 0)]
    question = api.ask(BOWL, writer(), "Does it hold soup?")
    assert question.state == api.State.PUBLISHED
    assert api.answer(question.pk, writer(52, is_verified=True), "Mine does.").state == api.State.PUBLISHED
    for number in range(WAITING_LIMIT - 2):
        api.ask(CUP, writer(), f"Question number {number}?")
    with pytest.raises(api.NotAllowed, match="tomorrow"):
        api.ask(CUP, writer(), "One more?")


def test_the_queue_is_one_list_and_costs_one_query(products):
    api.ask(BOWL, writer(), "First?")
    api.write_review(CUP, writer(), said(photos=[photo(50)]))
    with CaptureQueriesContext(connection) as asked:
        entries, more = api.queue("waiting", None)
    assert len(asked) == 1
    assert [(entry.kind, entry.product_id, len(entry.photos)) for entry in entries] == [
        ("question", BOWL, 0),
        ("review", CUP, 1),
    ]
    assert not more
    assert [entry.kind for entry in api.queue("waiting", api.Kind.REVIEW)[0]] == ["review"]
    assert api.Ref.of(str(entries[0].ref)) == entries[0].ref
    assert [api.Ref.of(text) for text in ("", "review", "review-x", "thing-1", "review-²")] == [None] * 5


def test_a_page_costs_the_same_however_much_it_shows(products):
    for member in range(60, 72):
        publish(api.write_review(BOWL, writer(member), said(photos=[photo(member)])))
        question = api.ask(BOWL, writer(member), "And?")
        api.answer(question.pk, writer(STAFF, is_staff=True), "Yes")
    for size in (1, 12):
        with CaptureQueriesContext(connection) as asked:
            api.overview(BOWL, "en", 60)
            assert len(api.reviews(BOWL, size=size, member_id=60)[0]) == size
            assert len(api.questions(BOWL, size=size, member_id=60)[0]) == size
        assert len(asked) == 3


def test_the_shop_replies_and_takes_it_back(products):
    review = api.write_review(BOWL, writer(), said())
    publish(review)
    api.reply(review.pk, "Thank you.", staff_id=STAFF)
    assert api.reviews(BOWL)[0][0].reply == "Thank you."
    api.reply(review.pk, "", staff_id=STAFF)
    assert (api.reviews(BOWL)[0][0].reply, api.reviews(BOWL)[0][0].replied_at) == ("", None)


def test_a_mean_is_shown_to_one_digit():
    assert (Summary((0, 0, 0, 0, 1)).rounded, Summary((1, 0, 0, 0, 1)).rounded, Summary().rounded) == (5.0, 3.0, 0.0)
    assert Summary((0, 0, 0, 1, 3)).rounded == 4.8
    assert [Summary((1, 0, 0, 0, 3)).share(stars) for stars in api.STARS] == [25, 0, 0, 0, 75]


def test_text_is_tidied_but_not_changed():
    assert tidy("  a \0 b\u202e\n\n\n\nc  ", lines=True) == "a b\n\nc"
    assert tidy("a\nb") == "a b"
    assert tidy("<b>&amp; 안녕") == "<b>&amp; 안녕"


def test_no_negative_sums(products):
    with pytest.raises(IntegrityError), transaction.atomic():
        RatingSummary.objects.create(product_id=BOWL, ones=-1)
