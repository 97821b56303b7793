"""The pictures of one product as the page's form has them: what is shown, what is uploaded and not yet told about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.conf import settings
from django.utils.translation import gettext as _

from newretail.catalog.media import api as media


@dataclass
class Card:
    """One picture: its own fields in the form end with `ref`, the number of a shown picture or the key of a draft."""

    ref: str
    whole: str
    x: str
    y: str
    alts: dict[str, str]
    is_draft: bool = False
    error: str = ""
    languages: list[tuple[str, str]] = field(default_factory=lambda: list(settings.LANGUAGES))

    def read(self, said: Mapping[str, str]) -> None:
        """Take what the form says; a field that is not in it stays as it is."""
        self.x, self.y = said.get(f"x-{self.ref}", self.x), said.get(f"y-{self.ref}", self.y)
        for code, _name in self.languages:
            self.alts[code] = said.get(f"alt-{code}-{self.ref}", self.alts.get(code, ""))[:240]

    def told(self) -> media.Description:
        """What the form says of the picture. Raises ValueError with what to do."""
        try:
            focus = media.Focus(int(self.x), int(self.y))
        except ValueError:
            raise ValueError(_("The focal point needs two whole numbers from 0 to 100.")) from None
        return media.Description(self.alts, focus)


def cards_of(product_id: int) -> list[Card]:
    """The pictures that a product is shown with."""
    return [
        Card(
            str(shown.pk), media.whole_name(shown.picture_id), str(shown.focus_x), str(shown.focus_y), dict(shown.alts)
        )
        for shown in media.pictures_of(product_id)
    ]


def drafts_of(keys: list[str]) -> list[Card]:
    """The shop's own uploads of these keys; others are left out."""
    return [Card(key, media.whole_name(key), "50", "50", {}, is_draft=True) for key in media.own_keys(keys, media.SHOP)]
