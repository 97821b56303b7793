"""An import from the file to the catalogue: kept, checked aside, published in one transaction, and kept as a record."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from django.db import connection, transaction
from django.utils import translation

from newretail.catalog import api as catalog
from newretail.catalog.offers import api as pricing
from newretail.markets import api as markets
from newretail.office.audit.trail import Deed, write_down
from newretail.office.imports import check, list_prices, reader
from newretail.office.imports.sheet import Fault
from newretail.office.models import Import
from newretail.office.offers.trail import deed_of_price
from newretail.people import api as people

WAITED_SECONDS = 2.0  # a small sheet is done before its page is shown
GIVEN_UP_AFTER = timedelta(minutes=10)
FAULTS_KEPT = 100_000
log = structlog.get_logger("newretail.imports")


def take(staff: people.Member, file_name: str, content: bytes, price_list_id: int | None = None) -> Import:
    """Keep a file as an import of products, or of the prices of a list, and begin to check it."""
    now = datetime.now(UTC)
    made = Import.objects.create(
        staff_id=staff.pk,
        staff_email=staff.email,
        sent_at=now,
        file_name=file_name[-200:] or "sheet",
        sheet=content,
        state=Import.State.CHECKING,
        state_at=now,
        price_list_id=price_list_id,
    )
    begin(made.pk, examine)
    return made


def begin(import_id: int, job: Callable[[int], None]) -> None:
    """Run a job aside and wait a moment for it: whatever it does is written to the import's row."""
    language = translation.get_language() or "en"

    def run() -> None:
        try:
            with translation.override(language):
                job(import_id)
        except Exception:
            log.exception("import_broke", import_id=import_id)
            _set(import_id, state=Import.State.BROKEN)
        finally:
            connection.close()

    thread = threading.Thread(target=run, name=f"import-{import_id}", daemon=True)
    thread.start()
    thread.join(WAITED_SECONDS)


def _set(import_id: int, **values: Any) -> None:
    Import.objects.filter(pk=import_id).update(state_at=datetime.now(UTC), **values)


def _fault(fault: Fault) -> list[Any]:
    return [fault.row, fault.column, fault.value[:200], fault.text]


def examine(import_id: int) -> None:
    """The dry run: find every fault, count what would change."""
    record = Import.objects.get(pk=import_id)
    try:
        read = reader.read(record.file_name, bytes(record.sheet))
    except reader.Unreadable as error:
        _found(import_id, check.Outcome(faults=[Fault(0, "", "", str(error))]))
        return
    if record.price_list_id is not None:
        _found(import_id, list_prices.check(read, _list_of(record)))
        return
    outcome = check.check(read, lambda done, total: _set(import_id, rows_done=done, rows_total=total))
    _found(import_id, outcome)


def _list_of(record: Import) -> pricing.ListSheet:
    """The price list of an import; lists are never deleted."""
    found = list_prices.of_id(record.price_list_id or 0)
    assert found is not None
    return found


def _found(import_id: int, outcome: check.Outcome | list_prices.Outcome) -> None:
    _set(
        import_id,
        state=Import.State.FAULTY if outcome.faults else Import.State.CHECKED,
        rows_total=outcome.rows,
        rows_done=outcome.rows,
        added=outcome.added,
        changed=outcome.changed,
        unchanged=0 if outcome.faults else outcome.rows - outcome.added - outcome.changed,
        faults_total=len(outcome.faults),
        faults=[_fault(fault) for fault in outcome.faults[:FAULTS_KEPT]],
    )


def may_publish(import_id: int) -> bool:
    """Take a checked import (or one whose publishing was interrupted) for publishing; False: somebody else has it."""
    now = datetime.now(UTC)
    ready = Import.objects.filter(pk=import_id, state=Import.State.CHECKED)
    stuck = Import.objects.filter(pk=import_id, state=Import.State.PUBLISHING, state_at__lt=now - GIVEN_UP_AFTER)
    return any(of.update(state=Import.State.PUBLISHING, state_at=now) for of in (ready, stuck))


def publish(import_id: int, staff: people.Member) -> None:
    """Check once more against the catalogue as it is now, and change it, all in one transaction.

    Where the check finds a fault that was not there before, nothing is changed and the import is faulty.
    """
    record = Import.objects.get(pk=import_id)
    read = reader.read(record.file_name, bytes(record.sheet))
    with transaction.atomic():
        outcome, deeds = _carry_out(record, read)
        if not outcome.faults:
            write_down(staff, deeds)
            counted = {"added": outcome.added, "changed": outcome.changed}
            label = [Deed("publish", "import", str(import_id), record.file_name, None, counted)]
            write_down(staff, label)
            now = datetime.now(UTC)
            Import.objects.filter(pk=import_id).update(
                state=Import.State.PUBLISHED,
                state_at=now,
                published_at=now,
                added=outcome.added,
                changed=outcome.changed,
                unchanged=outcome.rows - outcome.added - outcome.changed,
            )
    if outcome.faults:
        _found(import_id, outcome)


def _carry_out(record: Import, read: reader.Sheet) -> tuple[check.Outcome | list_prices.Outcome, list[Deed]]:
    """What the sheet comes to, with the deeds of what was changed; with faults nothing is."""
    note = f"{record.file_name} · {record.pk}"
    if record.price_list_id is not None:
        of_list = _list_of(record)
        prices = list_prices.check(read, of_list)
        if prices.faults:
            return prices, []
        changed = pricing.change_list_prices(record.price_list_id, prices.wanted)
        return prices, [deed_of_price(change, of_list.market_code, note) for change in changed]
    outcome = check.check(read)
    if outcome.faults:
        return outcome, []
    currencies = {market.code: market.currency for market in markets.markets()}
    outcome.edits = catalog.change_lines(outcome.wanted, currencies)
    return outcome, [deed_of(edit, note) for edit in outcome.edits]


def deed_of(edit: catalog.Edit, note: str = "") -> Deed:
    """A change of a line as the trail keeps it."""
    action = "add" if edit.before is None else "change"
    return Deed(action, "sku", edit.sku_code, edit.name, edit.before, edit.after, note)


def is_stuck(record: Import) -> bool:
    """The process that worked on it is gone: nothing was changed, it can be begun again."""
    working = record.state in (Import.State.CHECKING, Import.State.PUBLISHING)
    return working and datetime.now(UTC) - record.state_at > GIVEN_UP_AFTER
