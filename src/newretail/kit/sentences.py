"""Sentences of rooms that know no reader: English where they are made, in the reader's language where they are shown.

`sentence` marks its template for the catalogues (doors/translations.py), which look for the name of the function. What
comes of it is a string, its English text, so that logs, the API and whoever knows nothing of this may use it as it is.
"""

from __future__ import annotations

import json
from typing import Any

MINOR = "_minor"  # how the name of an argument ends that is an amount of money in minor units


class Sentence(str):
    """An English text that remembers what it was made of.

    `template`: with `%(name)s` for each of the `arguments`, which are what JSON can hold.
    """

    __slots__ = ("arguments", "template")
    template: str
    arguments: dict[str, Any]

    def __reduce__(self) -> tuple[Any, ...]:
        return _made, (self.template, self.arguments)


def sentence(template: str, **arguments: Any) -> Sentence:
    return _made(template, arguments)


def read(text: str) -> str:
    """What `kept` wrote as a Sentence; anything else is somebody's own words and stays as it is."""
    if isinstance(text, Sentence) or not text.startswith('["'):
        return text
    try:
        template, arguments = json.loads(text)
        return _made(template, arguments)
    except (ValueError, TypeError, KeyError):
        return text


def kept(text: str) -> str:
    """A sentence as a text for a column of a table, of which `read` makes the sentence again; other text as it is."""
    return json.dumps([text.template, text.arguments], ensure_ascii=False) if isinstance(text, Sentence) else text


def _made(template: str, arguments: dict[str, Any]) -> Sentence:
    made = Sentence(template % arguments)
    made.template, made.arguments = template, arguments
    return made
