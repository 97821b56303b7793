"""At the counter: two deliveries in one cart, the address book, a forgotten password, a dead line."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from playwright.sync_api import expect

from tests.journeys.test_buy import HOME, WORDS, put_in_cart

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PASSWORD = "four words for you"


def sign_up(page, email: str) -> None:
    page.goto("/sign-up")
    page.locator("#id_name").fill("Ann Lee")
    page.locator("#id_email").fill(email)
    page.locator("#id_password").fill(PASSWORD)
    page.locator("main button").click()
    expect(page.locator("p[role=status]").first).to_be_visible()


def write_home(page, prefix: str = "") -> None:
    for part, text in HOME["en"].items():
        page.locator(f"#id_{prefix}{part}").fill(text)


@pytest.mark.parametrize("width", [390, 1280])
def test_a_guest_sends_one_cart_two_ways(open_page, picture, width):
    """Steps and deliveries change in place, a removal is undone, each delivery becomes an order."""
    page = open_page("/", width=width)
    put_in_cart(page, WORDS["en"], "cheese", 1)
    put_in_cart(page, WORDS["en"], "white milk", 1)
    page.goto("/cart")
    page.evaluate("document.body.dataset.mark = 'same page'")
    page.get_by_role("button", name=re.compile("One more")).first.click()
    expect(page.locator(".links .count")).to_have_text("3")
    expect(page.get_by_role("button", name=re.compile("One more")).first).to_be_focused()
    page.get_by_role("button", name=re.compile("^Remove")).last.click()
    expect(page.locator(".links .count")).to_have_text("2")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".links .count")).to_have_text("3")
    page.get_by_label(re.compile("Goes with")).last.select_option("2")
    expect(page.get_by_role("heading", name="Delivery 2")).to_be_visible()
    assert page.evaluate("document.body.dataset.mark") == "same page"  # nothing was loaded anew
    picture(page, f"counter-cart-{width}")
    page.get_by_role("button", name="Go to checkout").click()
    expect(page.locator(".clock .left")).to_have_text(re.compile(r"1\d:\d\d left"))
    page.get_by_label("Name", exact=True).fill("Ann Lee")
    page.get_by_label("Phone").fill("call me")
    page.locator("#id_email").focus()
    expect(page.locator("#id_phone-error1")).to_be_visible()  # said while the form is filled in
    page.get_by_label("Phone").fill("+1 865 555 0100")
    expect(page.locator("#id_phone-error1")).to_have_count(0)
    page.locator("input[name=d2-way][value=delivery]").check()
    write_home(page, "d2-")
    page.get_by_role("button", name="Hold them longer").click()
    expect(page.locator("#id_d2-address")).to_have_value(HOME["en"]["address"])
    picture(page, f"counter-checkout-{width}")
    page.get_by_role("button", name="Place 2 orders").click()
    expect(page.get_by_role("heading", name="Your orders")).to_be_visible()
    expect(page.locator(".order-card")).to_have_count(2)
    picture(page, f"counter-together-{width}")


def test_a_member_keeps_an_address_and_uses_it(open_page, picture):
    page = open_page("/")
    sign_up(page, "book@example.com")
    page.goto("/account")
    page.get_by_role("link", name="Add an address").click()
    page.locator("#id_phone").fill("+1 865 555 0100")
    write_home(page)
    page.get_by_role("button", name="Keep the address").click()
    expect(page.get_by_text("Knoxville, TN 37902")).to_be_visible()
    picture(page, "counter-addresses")
    put_in_cart(page, WORDS["en"], "cheese", 1)
    page.goto("/cart")
    page.get_by_role("button", name="Go to checkout").click()
    page.locator("#id_phone").fill("+1 865 555 0100")
    page.locator("input[name=way][value=delivery]").check()
    expect(page.locator("#id_address")).to_be_hidden()  # the entry of the book is chosen already
    page.get_by_role("button", name="Place the order").click()
    expect(page.locator(".facts")).to_contain_text("Knoxville, TN 37902")
    picture(page, "counter-order")


def mails_to(market, email: str) -> list[EmailMessage]:
    """Send what is due, as an operator or the worker does, and read what came, oldest first."""
    environment = {**os.environ, "NEWRETAIL_VAR": str(market.var), "NEWRETAIL_DATABASE_URL": market.database_url}
    command = [sys.executable, "-m", "newretail.doors.cli", "mails", "send"]
    subprocess.run(command, env=environment, check=True, capture_output=True)
    found = []
    for file in sorted((market.var / "mail").iterdir(), key=lambda file: file.stat().st_mtime):
        for text in re.split(rb"(?m)^-{79}\n", file.read_bytes()):
            mail = message_from_bytes(text.strip(), policy=policy.default)
            if mail["To"] == email:
                found.append(mail)
    return found


def test_a_forgotten_password_is_set_anew_by_mail(market, open_page, picture):
    email = "forgetful@example.com"
    sign_up(open_page("/"), email)
    page = open_page("/sign-in", width=390)
    page.get_by_role("link", name="Forgot your password?").click()
    page.locator("#id_email").fill(email)
    page.get_by_role("button", name="Send me the link").click()
    expect(page.get_by_role("heading", name="Look into your mailbox")).to_be_visible()
    (mail,) = [mail for mail in mails_to(market, email) if mail["Subject"] == "Set a new password"]
    body = mail.get_body(("plain",))
    assert body is not None
    path = re.search(r"https?://[^/\s]+(/reset/new\S+)", body.get_content())
    assert path
    page.goto(path[1])
    picture(page, "counter-new-password")
    page.locator("#id_password").fill("five other words for you")
    page.get_by_role("button", name="Set the password").click()
    page.locator("#id_email").fill(email)
    page.locator("#id_password").fill("five other words for you")
    page.locator("main button").click()
    expect(page.get_by_role("banner").get_by_role("link", name="My account")).to_be_visible()


def test_a_dead_line_shows_a_page_of_ours(open_page, picture):
    """The worker keeps the page for it and nothing of a person; back online the shop is there again."""
    page = open_page("/", language="ko", width=390)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    kept = page.evaluate(
        "caches.keys().then(async names => (await Promise.all(names.map(async name =>"
        " (await (await caches.open(name)).keys()).map(request => new URL(request.url).pathname)))).flat())"
    )
    assert "/offline/ko" in kept
    assert all(path.startswith(("/offline/", "/static/")) for path in kept)
    page.context.set_offline(True)
    page.goto("/orders")
    expect(page.get_by_role("heading", name="오프라인 상태입니다")).to_be_visible()
    picture(page, "counter-offline")
    page.context.set_offline(False)  # the page notices, and loads what was asked for
    expect(page.get_by_role("heading", name="내 주문")).to_be_visible(timeout=15_000)


def test_the_shop_can_be_installed(open_page):
    """What Chromium itself asks of an app before it offers to install it."""
    page = open_page("/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    devtools = page.context.new_cdp_session(page)
    manifest = devtools.send("Page.getAppManifest")
    assert manifest["errors"] == []
    assert devtools.send("Page.getInstallabilityErrors")["installabilityErrors"] in (
        [],
        [{"errorId": "in-incognito", "errorArguments": []}],  # a test's browser profile is private
    )
