"""Pure rules of settlement: when a business day ends, how its sales are split, what the split is called in the books.

Shares are exact fractions until the end. A sum is rounded once, to the nearest minor unit (a half goes away from zero,
as `markets.rules` says), and dealt out by largest remainder: the parts add up to the sum to the minor unit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum
from fractions import Fraction
from math import floor
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from newretail.pay.ledger.rules import Chart, account_id
from newretail.pay.ledger.transfers import Transfer

WHOLE = 10_000  # basis points
_NAMES = UUID("0192f1d4-6f0b-7c55-9d38-3c1f0a5e7b21")


class Entry(IntEnum):
    """Why settlement posted a transfer: its `code` in the books."""

    DAY_TAX = 901
    DAY_COMMISSION = 902
    DAY_FEES = 903
    DAY_PAYABLE = 904
    PAYOUT = 911
    PAYOUT_RETURNED = 912
    PROVIDER_PAYOUT = 921
    PROVIDER_FEES = 922


# What belongs to the day that it closes, although it is posted after that day.
DAY_ENTRIES = (Entry.DAY_TAX, Entry.DAY_COMMISSION, Entry.DAY_FEES, Entry.DAY_PAYABLE)

# Accounts of shoppers: there are too many to list, so reports add them up a chart. All others are the house's own.
SHOPPERS = (Chart.WALLET, Chart.GIFT_CARD, Chart.POINTS, Chart.CUSTOMER_DEPOSIT)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a merchant pays the house: commission on net sales before tax, a fee for what a provider captured.

    `refund_limit_minor`: a refund above it needs a second person. In force from `from_day` on.
    """

    from_day: date
    commission_basis_points: int = 0
    fee_basis_points: int = 0
    fee_fixed_minor: int = 0
    refund_limit_minor: int = 0

    def __post_init__(self) -> None:
        for points in (self.commission_basis_points, self.fee_basis_points):
            if not 0 <= points <= WHOLE:
                raise ValueError("A rate is 0 to 100 per cent.")
        if self.fee_fixed_minor < 0 or self.refund_limit_minor < 0:
            raise ValueError("A fee and a limit are 0 or more.")


@dataclass(frozen=True, slots=True)
class Sale:
    """What a channel took and gave back by a tender on a day; minor units. `owner`: a provider's or node's number."""

    channel: int
    tender: int
    owner: int
    captured_minor: int
    captures: int
    refunded_minor: int
    refunds: int


@dataclass(frozen=True, slots=True)
class Closing:
    """How a channel's net sales of a day are split; captured − refunded = tax + commission + fees + payable."""

    channel: int
    captured_minor: int
    refunded_minor: int
    tax_minor: int
    commission_minor: int
    fees_minor: int
    payable_minor: int

    @property
    def net_minor(self) -> int:
        return self.captured_minor - self.refunded_minor


def day_of(moment: datetime, zone: str) -> date:
    """The business day of a moment: the market's own calendar."""
    return moment.astimezone(ZoneInfo(zone)).date()


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last of that month where it has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + years, month + 1, 1)
    following = (first + timedelta(days=31)).replace(day=1)
    return min(first + timedelta(days=day.day - 1), following - timedelta(days=1))


def end_of(day: date, zone: str) -> datetime:
    """The first moment that no longer belongs to a business day."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone)).astimezone(UTC)


def nearest(amount: Fraction) -> int:
    """The nearest whole number; a half goes away from zero."""
    return floor(amount + Fraction(1, 2)) if amount >= 0 else -floor(-amount + Fraction(1, 2))


def deal_out(shares: Sequence[Fraction]) -> list[int]:
    """Whole numbers next to the shares that add up to the shares' sum, rounded once. Largest remainder first."""
    parts = [floor(share) for share in shares]
    over = nearest(sum(shares, Fraction())) - sum(parts)
    by_remainder = sorted(range(len(shares)), key=lambda place: (parts[place] - shares[place], place))
    for place in by_remainder[:over]:
        parts[place] += 1
    return parts


def tax_inside(amount_minor: int, tax_basis_points: int) -> Fraction:
    """The tax in an amount that contains it. What was captured always does: a buyer pays tax and price at once."""
    return Fraction(amount_minor * tax_basis_points, WHOLE + tax_basis_points)


def split_day(
    sales: Sequence[Sale], terms: Terms, tax_basis_points: int, taxes: Mapping[int, Fraction] | None = None
) -> list[Closing]:
    """Split a day's sales by channel. What a provider's fee was for is not given back with a refund.

    `taxes`: what orders say of the tax in each channel's net sales; without it the market's rate is taken to be inside.
    """
    channels = sorted({sale.channel for sale in sales})
    captured = [sum(sale.captured_minor for sale in sales if sale.channel == channel) for channel in channels]
    refunded = [sum(sale.refunded_minor for sale in sales if sale.channel == channel) for channel in channels]
    net = [taken - given for taken, given in zip(captured, refunded, strict=True)]
    inside = [tax_inside(amount, tax_basis_points) for amount in net]
    tax = deal_out(inside if taxes is None else [taxes.get(channel, Fraction()) for channel in channels])
    before_tax = [amount - part for amount, part in zip(net, tax, strict=True)]
    commission = deal_out([Fraction(amount * terms.commission_basis_points, WHOLE) for amount in before_tax])
    fees = deal_out([_fees(sales, channel, terms) for channel in channels])
    rows = zip(channels, captured, refunded, before_tax, tax, commission, fees, strict=True)
    return [
        Closing(channel, taken, given, taxed, share, fee, rest - share - fee)
        for channel, taken, given, rest, taxed, share, fee in rows
    ]


def _fees(sales: Sequence[Sale], channel: int, terms: Terms) -> Fraction:
    by_provider = [sale for sale in sales if (sale.channel, sale.tender) == (channel, Chart.PROVIDER_CLEARING)]
    rated = sum(sale.captured_minor for sale in by_provider) * terms.fee_basis_points
    return Fraction(rated, WHOLE) + terms.fee_fixed_minor * sum(sale.captures for sale in by_provider)


def made_id(*names: object) -> UUID:
    """The id that these names always make; its low byte is 0, so that steps of one thing can be numbered there."""
    return UUID(int=uuid5(_NAMES, " ".join(map(str, names))).int & ~0xFF)


def step_id(subject: UUID, step: int) -> UUID:
    if not 0 < step < 256:
        raise ValueError(f"A step is 1 to 255, not {step}.")
    return UUID(int=subject.int | step)


def move(step: UUID, subject: UUID, debit: int, credit: int, amount_minor: int, code: Entry) -> Transfer:
    """A transfer of settlement; a negative amount goes the other way."""
    if amount_minor < 0:
        debit, credit, amount_minor = credit, debit, -amount_minor
    return Transfer(step, debit, credit, amount_minor, int(code), subject_id=subject)


def chained(transfers: Sequence[Transfer]) -> list[Transfer]:
    """All of them happen, or none."""
    return [replace(transfer, linked=place < len(transfers) - 1) for place, transfer in enumerate(transfers)]


def closing_transfers(subject: UUID, ledger: int, tenant_id: int, closings: Sequence[Closing]) -> list[Transfer]:
    """The postings that empty a day's sales into what is owed and earned. The same day makes the same transfers."""
    made = []
    for closing in closings:
        sales = account_id(ledger, Chart.SALES, closing.channel)
        for place, (chart, owner, amount, code) in enumerate(
            (
                (Chart.TAX_PAYABLE, 0, closing.tax_minor, Entry.DAY_TAX),
                (Chart.COMMISSION, 0, closing.commission_minor, Entry.DAY_COMMISSION),
                (Chart.PROVIDER_FEES, 0, closing.fees_minor, Entry.DAY_FEES),
                (Chart.MERCHANT_PAYABLE, tenant_id, closing.payable_minor, Entry.DAY_PAYABLE),
            )
        ):
            if amount:
                step = step_id(subject, 4 * closing.channel + place)
                made.append(move(step, subject, sales, account_id(ledger, chart, owner), amount, code))
    return chained(made)
