"""The books said as plainly as can be: one transfer after the other, balances in a dictionary."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from newretail.pay.ledger.rules import Kind, Limit
from newretail.pay.ledger.transfers import NO_ID, Transfer


@dataclass
class Balance:
    limit: Limit
    debits: int = 0
    credits: int = 0
    debits_held: int = 0
    credits_held: int = 0

    @property
    def fault(self) -> str:
        if self.limit == Limit.DEBITS_WITHIN_CREDITS and self.debits + self.debits_held > self.credits:
            return "exceeds_credits"
        if self.limit == Limit.CREDITS_WITHIN_DEBITS and self.credits + self.credits_held > self.debits:
            return "exceeds_debits"
        return ""


@dataclass
class Entry:
    said: Transfer  # as it stands, with what it inherited
    at: datetime
    ended: str = ""


@dataclass
class Books:
    accounts: dict[int, Balance] = field(default_factory=dict)
    entries: dict[object, Entry] = field(default_factory=dict)

    def post(self, transfers: Sequence[Transfer], at: datetime) -> list[str]:
        answers: list[str] = []
        chain: list[Transfer] = []
        for transfer in transfers:
            chain.append(transfer)
            if not transfer.linked:
                answers += self._chain(chain, at)
                chain = []
        if chain:  # the last one is linked to nothing
            answers += ["linked_event_failed"] * (len(chain) - 1) + ["linked_event_chain_open"]
        return answers

    def _chain(self, chain: list[Transfer], at: datetime) -> list[str]:
        before = deepcopy((self.accounts, self.entries))
        for number, transfer in enumerate(chain):
            within = transfer.pending_id in {earlier.transfer_id for earlier in chain[:number]} - before[1].keys()
            answer = "pending_transfer_not_found" if within else self._one(transfer, at)
            if answer:
                self.accounts, self.entries = before
                return ["linked_event_failed" if n != number else answer for n in range(len(chain))]
        return ["ok"] * len(chain)

    def _one(self, t: Transfer, at: datetime) -> str:
        if t.transfer_id in self.entries:
            return self._likeness(t, self.entries[t.transfer_id].said)
        if t.kind >= Kind.POST:
            return self._end(t, at)
        if t.debit_id == t.credit_id:
            return "accounts_must_be_different"
        if t.debit_id not in self.accounts:
            return "debit_account_not_found"
        if t.credit_id not in self.accounts:
            return "credit_account_not_found"
        debit, credit = self.accounts[t.debit_id], self.accounts[t.credit_id]
        if t.kind == Kind.SINGLE:
            debit.debits += t.amount_minor
            credit.credits += t.amount_minor
        else:
            debit.debits_held += t.amount_minor
            credit.credits_held += t.amount_minor
        self.entries[t.transfer_id] = Entry(t, at)
        return debit.fault or credit.fault

    def _end(self, t: Transfer, at: datetime) -> str:
        pending = self.entries.get(t.pending_id)
        if pending is None:
            return "pending_transfer_not_found"
        if pending.said.kind != Kind.PENDING:
            return "pending_transfer_not_pending"
        p = pending.said
        amount = t.amount_minor or p.amount_minor
        if amount > p.amount_minor:
            return "exceeds_pending_transfer_amount"
        if t.kind == Kind.VOID and amount != p.amount_minor:
            return "pending_transfer_has_different_amount"
        if pending.ended:
            return pending.ended
        if p.timeout_seconds and pending.at + timedelta(seconds=p.timeout_seconds) <= at:
            return "pending_transfer_expired"
        debit, credit = self.accounts[p.debit_id], self.accounts[p.credit_id]
        debit.debits_held -= p.amount_minor
        credit.credits_held -= p.amount_minor
        if t.kind == Kind.POST:
            debit.debits += amount
            credit.credits += amount
        pending.ended = f"pending_transfer_already_{'posted' if t.kind == Kind.POST else 'voided'}"
        stands = Transfer(t.transfer_id, p.debit_id, p.credit_id, amount, p.code, t.kind, t.pending_id)
        self.entries[t.transfer_id] = Entry(stands, at)
        return ""

    def _likeness(self, t: Transfer, there: Transfer) -> str:
        if t.kind != there.kind:
            return "exists_with_different_flags"
        if t.pending_id != there.pending_id:
            return "exists_with_different_pending_id"
        if t.timeout_seconds != there.timeout_seconds:
            return "exists_with_different_timeout"
        ends = t.kind >= Kind.POST
        if t.debit_id != there.debit_id and not (ends and t.debit_id == 0):
            return "exists_with_different_debit_account_id"
        if t.credit_id != there.credit_id and not (ends and t.credit_id == 0):
            return "exists_with_different_credit_account_id"
        whole = self.entries[t.pending_id].said.amount_minor if t.pending_id != NO_ID else 0
        if (t.amount_minor or whole) != there.amount_minor:
            return "exists_with_different_amount"
        return "exists"
