"""Which providers are there: those whose keys are."""

from __future__ import annotations

import pytest

from newretail.pay.providers.registry import (
    UnknownProvider,
    configured,
    demo_bank_where_there_is_no_other,
    provider,
    providers_for,
    public_url,
)


def test_without_settings_there_is_none_and_the_demo_bank_does_not_open_itself(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("NEWRETAIL_BANK", raising=False)  # a rehearsal of the same process opened it
    assert configured() == ()
    with pytest.raises(UnknownProvider, match="no payment provider bank"):
        provider("bank")


def test_a_provider_is_there_when_its_keys_are(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NEWRETAIL_STRIPE_SECRET_KEY", "sk_test_1")
    monkeypatch.setenv("NEWRETAIL_ALIPAY_APP_ID", "2021")
    monkeypatch.setenv("NEWRETAIL_BANK", "yes")
    assert configured() == ("stripe", "alipay", "bank")
    assert providers_for("CNY") == ("stripe", "alipay", "bank")
    assert providers_for("KRW") == ("stripe", "bank")


@pytest.mark.parametrize(
    ("bank", "stripe", "there"),
    [("auto", "", ("bank",)), ("auto", "sk_test_1", ("stripe",)), ("no", "", ()), ("yes", "sk", ("stripe", "bank"))],
)
def test_the_demo_bank_never_joins_a_real_provider_by_itself(monkeypatch: pytest.MonkeyPatch, bank, stripe, there):
    monkeypatch.setenv("NEWRETAIL_BANK", bank)
    monkeypatch.setenv("NEWRETAIL_STRIPE_SECRET_KEY", stripe)
    demo_bank_where_there_is_no_other()
    assert configured() == there


def test_a_key_file_that_is_not_there_is_said_by_name(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NEWRETAIL_ALIPAY_APP_ID", "2021")
    monkeypatch.setenv("NEWRETAIL_ALIPAY_PRIVATE_KEY", "/nowhere/key.pem")
    with pytest.raises(SystemExit, match="NEWRETAIL_ALIPAY_PRIVATE_KEY must name a file"):
        provider("alipay")


def test_a_public_address_has_no_slash_at_the_end(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NEWRETAIL_PUBLIC_URL", "https://shop.example/")
    assert public_url() == "https://shop.example"
