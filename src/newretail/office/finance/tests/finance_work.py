"""What the tests of finance share: clerks with rights, and money in the books."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.contrib.auth.models import Permission
from django.test import Client

from newretail.kit.ids import uuid7
from newretail.pay import api as pay
from newretail.pay.settlement import api as settlement
from newretail.people.models import Member

NOW = datetime.now(UTC)
TWO_DAYS_AGO = NOW - timedelta(days=2)
SEOUL = settlement.DayRules("Asia/Seoul", 1000)


def clerk(*rights: str) -> Client:
    member = Member.objects.create_user(f"{uuid7()}@example.com", None, is_staff=True)
    member.user_permissions.set(Permission.objects.filter(content_type__app_label="finance", codename__in=rights))
    client = Client(headers={"accept-language": "en"})
    client.force_login(member)
    return client


def sell(books, at, channel, chart, amount, order_id: UUID | None = None, step: int = 0) -> UUID:
    order_id = order_id or uuid7(int(at.timestamp() * 1000))
    paying, sales = books.account(chart, 1), pay.sales_account(books.ledger, channel)
    for account, place in ((paying, chart), (sales, pay.Chart.SALES)):
        opened = pay.Account(account, books.ledger, place, pay.limit_of(place))
        pay.open_accounts(books.connection, books.cell, [opened])
    transfer = pay.Transfer(
        pay.transfer_id(order_id, step), paying, sales, amount, int(pay.Why.SALE), subject_id=order_id
    )
    assert pay.post_batch(books.connection, books.memory, pay.batch_of([transfer]), at).names() == ["ok"]
    return order_id
