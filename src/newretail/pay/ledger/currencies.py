"""The number of each currency's ledger, in one place: accounts made today must be found in ten years.

The numbers are the places in this list, from 1. It is the alphabetical list of ISO 4217 codes in use in 2025; what
comes later is added at the end, and nothing is ever taken out or moved.
"""

from __future__ import annotations

_TEXT = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY
COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS
INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP
MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR
SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND
VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG
"""
_CODES = _TEXT.split()
_NUMBERS = {code: number for number, code in enumerate(_CODES, 1)}


class UnknownCurrency(LookupError):
    """The currency has no ledger yet."""


def ledger_of(currency: str) -> int:
    """The ledger of a currency, 1-511; raises UnknownCurrency."""
    number = _NUMBERS.get(currency)
    if number is None:
        raise UnknownCurrency(f"The currency {currency} has no ledger. Add it at the end of pay/ledger/currencies.py.")
    return number


def currency_of(ledger: int) -> str:
    """The currency of a ledger; raises UnknownCurrency."""
    if not 1 <= ledger <= len(_CODES):
        raise UnknownCurrency(f"There is no ledger {ledger}.")
    return _CODES[ledger - 1]
