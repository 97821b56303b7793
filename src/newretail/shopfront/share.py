"""`/art/share/<product id>.png`: the picture that other sites show of a link to a product. They take no SVG.

Drawn once and kept under `var/share/`, a bounded number of them; its name says what it was drawn from, so a product
that is renamed gets a new one.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from functools import cache
from html import escape
from pathlib import Path
from textwrap import wrap

import resvg_py
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import parse_etags
from django.utils.translation import override
from django.views.decorators.http import require_safe

from newretail.catalog import api as catalog
from newretail.kit import settings
from newretail.shopfront.art import Subject, draw
from newretail.shopfront.art.palette import brand_colours, mix
from newretail.shopfront.visit import Visit

WIDTH, HEIGHT = 1200, 630  # what every site asks for
FOLDERS, FILES = 256, 20  # kept: at most so many in each folder, some 40 kB each
LETTERS, WIDE_LETTERS, LINES = 15, 8, 4  # of a name, beside the picture; Korean and Chinese ones are wide
KEEP = "public, max-age=604800, stale-while-revalidate=2592000"
SAMPLES = {"en": "AB", "ko": "가나", "zh-hans": "天地"}  # what a font for a language has
FONTS = (
    *("Noto Sans CJK KR", "Noto Sans CJK SC", "Noto Sans KR", "Noto Sans SC", "Apple SD Gothic Neo", "PingFang SC"),
    *(
        "Malgun Gothic",
        "Microsoft YaHei",
        "NanumGothic",
        "WenQuanYi Zen Hei",
        "Arial",
        "Liberation Sans",
        "DejaVu Sans",
    ),
)
_ONE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40">'
    '<text y="30" font-size="30" font-family="sans-serif">{}</text></svg>'
)
PAPER, INK, SOFT, RED = "#ffffff", "#1b1e21", "#5a6068", "#b3261e"


@cache
def font_with(letters: str) -> str | None:
    """The first of FONTS that this machine has with these letters; without any they would all be the same empty box."""
    for family in FONTS:
        drawn = {
            bytes(resvg_py.svg_to_bytes(svg_string=_ONE.format(letter), sans_serif_family=family)) for letter in letters
        }
        if len(drawn) == len(letters):
            return family
    return None


def card(subject: Subject, name: str, brand: str) -> str:
    """The card as SVG: the drawing on its ground, name and brand beside it, and whose shop it is."""
    ground = mix(brand_colours(subject.brand)[1], PAPER, 0.5)
    names = wrap(name, LETTERS if name.isascii() else WIDE_LETTERS)[:LINES]
    top = HEIGHT / 2 - 36 * len(names) + 20
    lines = [
        f'<text x="660" y="{top + 76 * at:g}" font-size="64" font-weight="700" fill="{INK}">{escape(line)}</text>'
        for at, line in enumerate(names)
    ]
    drawing = draw(subject).replace("<svg ", '<svg x="40" y="35" width="560" height="560" ', 1)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif">'
        f'<path d="M0 0h{WIDTH}v{HEIGHT}H0z" fill="{PAPER}"/><path d="M0 0h620v{HEIGHT}H0z" fill="{ground}"/>{drawing}'
        f'{"".join(lines)}<text x="660" y="{top + 76 * len(names):g}" font-size="36" fill="{SOFT}">'
        f"{escape(brand)}</text>"
        f'<text x="660" y="575" font-size="36" font-weight="700" fill="{INK}">new'
        f'<tspan fill="{RED}">retail</tspan></text>'
        "</svg>"
    )


def _keep(file: Path, png: bytes) -> None:
    """Write whole or not at all; where the folder is full, the oldest goes."""
    file.parent.mkdir(parents=True, exist_ok=True)
    kept = sorted(file.parent.glob("*.png"), key=lambda other: other.stat().st_mtime)
    for old in kept[: max(0, len(kept) - FILES + 1)]:
        old.unlink(missing_ok=True)
    with tempfile.NamedTemporaryFile(dir=file.parent, delete=False) as part:
        part.write(png)
    os.replace(part.name, file)


@require_safe
def product(request: HttpRequest, product_id: int) -> HttpResponse:
    """The card of a product; `?in=` says in which language of the shop."""
    label = catalog.label(product_id)
    if label is None:
        raise Http404
    language = request.GET.get("in", "en")
    family = font_with(SAMPLES.get(language, SAMPLES["en"]))
    if family is None or language not in SAMPLES:
        language, family = "en", font_with(SAMPLES["en"])
    with override(language):
        subject = Subject(product_id, *label[:2], catalog.size_in(label[2], language), *label[3:])
        drawn = card(subject, catalog.name_of(product_id) or label[0], Visit.brand(label[1]))
    name = hashlib.sha256(drawn.encode()).hexdigest()[:16]
    if f'"{name}"' in parse_etags(request.headers.get("If-None-Match", "")):
        response = HttpResponse(status=304)
    else:
        file = settings.VAR.path / "share" / f"{product_id % FOLDERS:02x}" / f"{product_id}-{name}.png"
        if not file.exists():
            _keep(file, resvg_py.svg_to_bytes(svg_string=drawn, width=WIDTH, height=HEIGHT, sans_serif_family=family))
        response = HttpResponse(file.read_bytes(), content_type="image/png")
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # it is there to be shown elsewhere
    response.headers["ETag"] = f'"{name}"'
    response.headers["Cache-Control"] = KEEP
    return response
