"""Paying in a browser: at the demo bank's page, with what lies with us, another way, by keyboard alone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.purse import fill_purse
from tests.journeys.test_buy import HOME, WORDS, put_in_cart
from tests.journeys.test_counter import sign_up

pytestmark = [pytest.mark.browser, pytest.mark.slow]
BANK_SECONDS = 60_000  # the bank tells in a moment; a busy machine takes longer


def to_checkout(page: Page, words: dict[str, str], *goods: str) -> None:
    for what in goods:
        put_in_cart(page, words, what, 1)
    page.goto("/cart")
    page.get_by_role("button", name=words["checkout"]).click()
    page.get_by_label(words["name"], exact=True).fill("김민지")
    page.get_by_label(words["phone"], exact=True).fill("+82 2 1234 5678")


def demo_card(page: Page) -> str:
    """The gift card that the checkout of a demo market offers."""
    return page.locator(".demo-says code").inner_text()


def test_a_guest_pays_by_card_on_a_phone_in_korean(open_page, picture):
    page = open_page("/", language="ko", width=390)
    to_checkout(page, WORDS["ko"], "cheese")
    page.locator("input[name=pay_with][value=card]").check()
    expect(page.locator("#to-pay")).to_contain_text("카드 결제")  # said while choosing
    picture(page, "pay-ko-1-checkout")
    page.locator(".paybar button").click()
    expect(page).to_have_url(re.compile("/bank/pay/"))
    page.locator("button[value=approve]").click()
    expect(page.get_by_text("감사합니다. 주문이 결제되었습니다.")).to_be_visible(timeout=BANK_SECONDS)
    expect(page.locator(".paid")).to_contain_text("카드")
    picture(page, "pay-ko-2-paid")


def test_a_declined_card_then_a_gift_card(open_page, picture):
    """Back without paying, declined, paid another way: nothing is said that is not so."""
    page = open_page("/", width=390)
    to_checkout(page, WORDS["en"], "cheese")
    code = demo_card(page)
    page.locator("input[name=pay_with][value=card]").check()
    page.locator(".paybar button").click()
    page.locator("button[value=back]").click()
    expect(page.get_by_role("heading", name="You have not paid yet")).to_be_visible()
    expect(page.locator(".clock .left")).to_have_text(re.compile(r"1\d:\d\d left"))
    picture(page, "pay-1-left")
    page.get_by_role("button", name=re.compile("^Pay .* now")).click()
    page.locator("button[value=decline]").click()
    expect(page.get_by_role("heading", name="Pay your order")).to_be_visible(timeout=BANK_SECONDS)
    expect(page.get_by_role("alert").last).to_contain_text("The card was declined. Nothing was taken.")
    picture(page, "pay-2-declined")
    page.get_by_label("Gift card").fill(code)
    page.get_by_label("Gift card").press("Enter")
    expect(page.locator("#to-pay")).to_contain_text("Nothing is left to pay")
    page.get_by_role("button", name="Pay this way").click()
    expect(page.get_by_text("Thank you. Your order is paid.")).to_be_visible()
    expect(page.locator(".paid")).to_contain_text(f"Gift card •••• {code[-4:]}")
    picture(page, "pay-3-paid-another-way")


def test_a_member_pays_with_what_lies_with_us(market, open_page, picture):
    """Money is added to the wallet; wallet and points pay one order; cancelling gives all back to where it was."""
    page = open_page("/")
    sign_up(page, "purse@example.com")
    fill_purse(market, "purse@example.com", points=25)
    page.goto("/account/money")
    page.get_by_role("link", name="Add money to a wallet in USD").click()
    page.get_by_label("Own amount", exact=True).first.check()
    page.get_by_role("textbox", name="Own amount").fill("4")
    picture(page, "pay-8-add-money")
    page.get_by_role("button", name="Go on and pay").click()
    expect(page.get_by_role("alert")).to_contain_text("You can add from $5.00 to $1,000.00 at once.")
    page.get_by_label("$100.00").check()
    page.get_by_role("button", name="Go on and pay").click()
    page.get_by_label("If it is declined, because of:").select_option("insufficient_funds")
    page.locator("button[value=decline]").click()
    expect(page.get_by_text("there is not enough money on it")).to_be_visible(timeout=BANK_SECONDS)
    picture(page, "pay-9-add-money-declined")
    page.get_by_role("button", name="Pay this way").click()
    page.locator("button[value=approve]").click()
    expect(page.get_by_role("heading", name="$100.00 are in your wallet")).to_be_visible(timeout=BANK_SECONDS)
    picture(page, "pay-10-money-added")
    to_checkout(page, WORDS["en"], "cheese")
    page.get_by_label("Points").fill("25")
    page.get_by_label("Points").press("Tab")
    expect(page.locator("#to-pay")).to_contain_text("−$0.25")
    page.get_by_label("Wallet").check()
    expect(page.locator("#to-pay")).to_contain_text("Nothing is left to pay")
    picture(page, "pay-4-member-checkout")
    page.locator(".paybar button").click()
    expect(page.get_by_text("Thank you. Your order is placed.")).to_be_visible()
    expect(page.locator(".paid li")).to_have_count(2)
    page.get_by_text("Cancel this order").click()
    expect(page.get_by_text("This is what you get back:")).to_be_visible()
    picture(page, "pay-5-cancel")
    page.get_by_role("button", name="Yes, cancel it").click()
    page.goto("/account/money")
    expect(page.locator(".balance").first).to_have_text("$100.00")
    picture(page, "pay-6-wallet")


def test_two_deliveries_are_paid_one_after_the_other(open_page, picture):
    page = open_page("/")
    put_in_cart(page, WORDS["en"], "cheese", 1)
    put_in_cart(page, WORDS["en"], "white milk", 1)
    page.goto("/cart")
    page.get_by_label(re.compile("Goes with")).last.select_option("2")
    expect(page.get_by_role("heading", name="Delivery 2")).to_be_visible()
    page.get_by_role("button", name="Go to checkout").click()
    page.get_by_label("Name", exact=True).fill("Ann Lee")
    page.get_by_label("Phone").fill("+1 865 555 0100")
    page.locator("input[name=d2-way][value=delivery]").check()
    for part, text in HOME["en"].items():
        page.locator(f"#id_d2-{part}").fill(text)
    page.locator("input[name=pay_with][value=card]").check()
    page.locator(".paybar button").click()
    page.locator("button[value=approve]").click()
    expect(page.get_by_role("heading", name="1 of 2 paid")).to_be_visible(timeout=BANK_SECONDS)
    picture(page, "pay-7-one-of-two")
    page.get_by_role("button", name=re.compile("^Pay .* now")).click()
    page.locator("button[value=approve]").click()
    expect(page.get_by_text("Thank you. Your orders are placed and paid.")).to_be_visible(timeout=BANK_SECONDS)


def test_paying_by_keyboard_alone(open_page):
    """From the choice of the card to the paid order, without a mouse."""
    page = open_page("/")
    to_checkout(page, WORDS["en"], "cheese")
    page.locator("input[name=pay_with]:checked").focus()
    page.keyboard.press("Home")
    for _ in range(3):
        if page.locator("input[name=pay_with]:checked").input_value() == "card":
            break
        page.keyboard.press("ArrowUp")
    expect(page.locator("input[name=pay_with][value=card]")).to_be_checked()
    page.locator(".paybar button").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/bank/pay/"))
    page.keyboard.press("Tab")
    expect(page.locator("button[value=approve]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Thank you. Your order is paid.")).to_be_visible(timeout=BANK_SECONDS)
