"""A buyer reviews a product with a photo, a moderator publishes it by keyboard, and it shows in another browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.journeys.test_access import faults

pytestmark = [pytest.mark.browser, pytest.mark.slow]

BANANAS = "/p/1082185/bananas"
TEXT = "Kept for a week on the counter."


@pytest.fixture
def photo(tmp_path) -> Path:
    """A photograph of a banana, as far as a test can take one."""
    file: Path = tmp_path / "banana.jpg"
    picture = Image.linear_gradient("L").resize((1200, 900)).convert("RGB")
    picture.paste((240, 200, 40), (500, 300, 900, 500))
    picture.save(file)
    return file


def sign_in(page: Page, market) -> None:
    page.locator("#id_email").fill(market.staff_email)
    page.locator("#id_password").fill(market.staff_password)
    page.locator("main button").click()


def looks_right(page: Page, picture, name: str) -> None:
    """Kept as a picture, not wider than the window, and nobody is shut out."""
    picture(page, f"voices-{name}")
    assert [f"{name}: {line}" for line in faults(page)] == []


def write_review(page: Page, picture, photo: Path) -> None:
    """Asked to sign in first, a fault on the way; what was typed and chosen is still there."""
    page.get_by_role("link", name="Write the first review").click()
    page.get_by_role("link", name="Sign up").click()
    page.locator("#id_name").fill("Min-ji")
    page.locator("#id_email").fill("voices@example.com")
    page.locator("#id_password").fill("four words for you")
    page.locator("main button").click()
    page.get_by_label("Your review").fill(TEXT)
    page.locator("#id_photos").set_input_files(photo)
    expect(page.locator("#chosen img")).to_be_visible()
    page.get_by_role("button", name="Send the review").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose one to five stars")
    expect(page.get_by_label("Your review")).to_have_value(TEXT)
    expect(page.get_by_label("Keep")).to_be_checked()
    looks_right(page, picture, "write-with-a-fault")
    page.get_by_role("radio").nth(3).focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Send the review").click()
    expect(page.get_by_text("Your review waits to be looked over.")).to_be_visible()


def test_a_review_finds_its_way(market, open_page, picture, photo):
    page = open_page(BANANAS, width=390)
    looks_right(page, picture, "nothing-said-yet")
    write_review(page, picture, photo)

    moderator = open_page("/office/voices")
    sign_in(moderator, market)
    expect(moderator.get_by_text(TEXT)).to_be_visible()
    looks_right(moderator, picture, "queue")
    moderator.keyboard.press("j")
    expect(moderator.locator(".entry").first).to_be_focused()
    moderator.keyboard.press("p")
    expect(moderator.get_by_role("status")).to_contain_text("1 published.")

    other = open_page(BANANAS, language="ko", width=390, dark=True)
    expect(other.get_by_text(TEXT).first).to_be_visible()
    looks_right(other, picture, "product-ko-dark")
    other.locator(".review .photos a").click()
    expect(other.get_by_role("dialog")).to_be_visible()
    assert other.locator("dialog img").evaluate("image => image.decode().then(() => image.naturalWidth)") == 1200
    other.keyboard.press("Escape")
    expect(other.locator(".review .photos a")).to_be_focused()
    other.locator(".histogram a").nth(1).click()
    expect(other.get_by_text(TEXT).first).to_be_visible()
    looks_right(other, picture, "reviews-ko-dark")
    other.locator(".histogram a").first.click()
    expect(other.get_by_text(TEXT)).to_have_count(0)


def test_a_clerk_shows_a_product_by_pictures(market, open_page, picture, photo):
    """Uploaded, told about, aimed by keyboard; then on the card, in the gallery and in the shopper's language."""
    clerk = open_page("/office/pictures/995242", width=390)
    sign_in(clerk, market)
    clerk.locator("#files").set_input_files(photo)
    clerk.get_by_role("button", name="Upload").click()
    clerk.get_by_role("button", name="Save", exact=True).last.click()
    expect(clerk.get_by_role("alert")).to_contain_text("Say in English")
    clerk.get_by_label("English").fill("White milk in a jug")
    clerk.get_by_label("한국어").fill("주전자에 담긴 우유")
    marker = clerk.get_by_role("button", name=re.compile("Focal point"))
    marker.focus()
    for _ in range(3):
        marker.press("Shift+ArrowRight")
    expect(clerk.get_by_label("From the left")).to_have_value("80")
    looks_right(clerk, picture, "pictures")
    clerk.get_by_role("button", name="Save", exact=True).last.click()
    expect(clerk.get_by_role("status")).to_contain_text("Saved.")

    shopper = open_page("/p/995242/white-milk", language="ko")
    shown = shopper.get_by_role("img", name="주전자에 담긴 우유").first
    expect(shown).to_be_visible()
    assert shown.evaluate("image => image.decode().then(() => image.currentSrc)").endswith(".avif")
    looks_right(shopper, picture, "gallery-ko")
    shopper.locator("input[name=q]").fill("white milk")
    shopper.keyboard.press("Enter")
    card = shopper.locator('.card img[src*="/media/"]').first
    expect(card).to_be_visible()
    assert "at-80-50" in str(card.get_attribute("src"))
