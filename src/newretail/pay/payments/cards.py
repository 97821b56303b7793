"""Codes of gift cards: a number of 40 bits and a proof of 40 bits, so that a code can be checked without a table.

A code is 16 letters and digits (Crockford's alphabet, no I, L, O, U), written in groups of four. Its first half is the
number of the card, whose account is made from it; the second half is signed with the installation's secret. Who guesses
codes needs 2^40 tries for each card that there is.
"""

from __future__ import annotations

import hmac
import secrets
from hashlib import sha256

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_DIGITS = {letter: value for value, letter in enumerate(_ALPHABET)} | {"I": 1, "L": 1, "O": 0}
_HALF = 8
NUMBER_BITS = 5 * _HALF
# The card that a demo market issues, so that whoever tries it has one to pay with. Elsewhere it has no account, so its
# code, which nobody makes without the installation's secret anyway, buys nothing.
DEMO_CARD = 0x0DE30CA4D0


def _letters(value: int) -> str:
    return "".join(_ALPHABET[value >> shift & 31] for shift in range(NUMBER_BITS - 5, -1, -5))


def _proof(secret: str, number: int) -> int:
    key = hmac.digest(secret.encode(), b"newretail gift card", sha256)
    return int.from_bytes(hmac.digest(key, number.to_bytes(5, "big"), sha256)[:5], "big")


def new_number() -> int:
    """A number that nobody can foresee; 0 is no card."""
    return secrets.randbelow((1 << NUMBER_BITS) - 1) + 1


def card_code(secret: str, number: int) -> str:
    """The code to print on the card, e.g. `7Q2M-00FX-9KTV-3D1E`."""
    text = _letters(number) + _letters(_proof(secret, number))
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))


def card_number(secret: str, code: str) -> int | None:
    """The number of a code as people type it (case, spaces and dashes do not matter); None for one that is not ours."""
    text = code.upper().replace("-", "").replace(" ", "")
    if len(text) != 2 * _HALF or any(letter not in _DIGITS for letter in text):
        return None
    value = 0
    for letter in text:
        value = value << 5 | _DIGITS[letter]
    number, proof = value >> NUMBER_BITS, value & ((1 << NUMBER_BITS) - 1)
    good = hmac.compare_digest(proof.to_bytes(5, "big"), _proof(secret, number).to_bytes(5, "big"))
    return number if number and good else None
