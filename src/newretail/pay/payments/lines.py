"""An amount of an order as amounts of its lines: discounts, shipping, taxes, to the last minor unit. Pure.

Amounts are whole minor units of a currency (KRW and JPY have no cents: their minor unit is the won, the yen), so every
rounding lands on what can be paid. What is split adds up to what was split, always; who gets the odd unit is decided by
the largest remainder, and among equals by the order of the lines.
"""

from __future__ import annotations

from collections.abc import Sequence

MAX_BASIS_POINTS = 100_000


def split(amount_minor: int, weights: Sequence[int]) -> list[int]:
    """Split an amount over lines in proportion to their weights (what each costs).

    Shares have the amount's sign and add up to it; each is less than one minor unit from its exact part. Where all
    weights are 0, lines share evenly. Raises ValueError for no lines or a weight below zero.
    """
    if not weights or min(weights) < 0:
        raise ValueError("An amount is split over one line or more, with weights of zero or more.")
    if not any(weights):
        weights = [1] * len(weights)
    sign, amount, whole = (-1 if amount_minor < 0 else 1), abs(amount_minor), sum(weights)
    shares = [amount * weight // whole for weight in weights]
    remainders = [amount * weight % whole for weight in weights]
    odd = amount - sum(shares)
    for index in sorted(range(len(weights)), key=lambda line: -remainders[line])[:odd]:
        shares[index] += 1
    return [sign * share for share in shares]


def part_of_line(share_minor: int, quantity: int, taken: int, now: int) -> int:
    """What `now` units of a line come to, of whose `quantity` units `taken` were counted before.

    Taking units one by one, in any portions, comes to the line's share exactly: nobody loses or gains the odd unit.
    """
    if not 0 <= taken <= taken + now <= quantity or quantity == 0:
        raise ValueError(f"{taken} and {now} of {quantity} units do not make sense.")
    return share_minor * (taken + now) // quantity - share_minor * taken // quantity


def _half_up(numerator: int, denominator: int) -> int:
    """A division of whole numbers, halves away from zero, as tax offices round."""
    sign = -1 if numerator < 0 else 1
    return sign * ((2 * abs(numerator) + denominator) // (2 * denominator))


def tax_on(net_minor: int, basis_points: int) -> int:
    """The tax that comes on top of a price without it. `basis_points`: 1/100 per cent."""
    return _half_up(net_minor * _checked(basis_points), 10_000)


def tax_in(gross_minor: int, basis_points: int) -> int:
    """The tax that is in a price which includes it."""
    return _half_up(gross_minor * _checked(basis_points), 10_000 + basis_points)


def _checked(basis_points: int) -> int:
    if not 0 <= basis_points <= MAX_BASIS_POINTS:
        raise ValueError(f"A tax rate is 0 to {MAX_BASIS_POINTS} basis points, not {basis_points}.")
    return basis_points


def line_taxes(gross_minor: Sequence[int], basis_points: int, *, included: bool) -> list[int]:
    """The tax of each line, so that lines add up to the tax of the whole: reckoned once, then split.

    `included`: whether the lines' amounts include the tax (Korea, China) or it comes on top (the United States).
    """
    if not gross_minor:
        return []
    whole = sum(gross_minor)
    tax = tax_in(whole, basis_points) if included else tax_on(whole, basis_points)
    return split(tax, gross_minor)
