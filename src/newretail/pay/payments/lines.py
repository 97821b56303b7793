"""What some units of a line come to, so that units taken in any portions come to the whole line. Pure."""

from __future__ import annotations


def part_of_line(share_minor: int, quantity: int, taken: int, now: int) -> int:
    """What `now` units of a line come to, of whose `quantity` units `taken` were counted before.

    Taking units one by one, in any portions, comes to the line's share exactly: nobody loses or gains the odd unit.
    """
    if not 0 <= taken <= taken + now <= quantity or quantity == 0:
        raise ValueError(f"{taken} and {now} of {quantity} units do not make sense.")
    return share_minor * (taken + now) // quantity - share_minor * taken // quantity
