"""A sentence is its English text for whoever knows nothing more, and can be said again in another language."""

import pickle

from hypothesis import given
from hypothesis import strategies as st

from newretail.kit.sentences import Sentence, kept, read, sentence


def test_a_sentence_is_the_text_it_says() -> None:
    said = sentence("Only %(left_minor)s of line %(line)s.", left_minor=250, line=2)
    assert said == "Only 250 of line 2."
    assert f"{said} Sorry." == "Only 250 of line 2. Sorry."
    assert (said.template, said.arguments) == ("Only %(left_minor)s of line %(line)s.", {"left_minor": 250, "line": 2})


@given(st.text(), st.integers())
def test_what_is_kept_is_read_as_the_same_sentence(text: str, number: int) -> None:
    said = sentence("%(number)s: %(text)s", number=number, text=text)
    for again in (read(kept(said)), pickle.loads(pickle.dumps(said))):  # noqa: S301 - our own
        assert isinstance(again, Sentence)
        assert (again, again.template, again.arguments) == (said, said.template, said.arguments)


@given(st.one_of(st.text(), st.sampled_from(['["', '["%(a)s", {}]', '["%d", {"a": 1}]', '["a"]', '["a", 1, 2]'])))
def test_what_somebody_wrote_stays_as_it_is(text: str) -> None:
    assert read(text) == text
    assert kept(text) == text
