-- What shoppers hold with us is theirs in a rehearsal too, as a copy: each account is filled from the shadow's own bank by
-- one transfer (chart 1020, code 10), so that the shadow's books balance by themselves. Batch 0 comes before every other.
INSERT INTO {shadow}.pay_account (account_id, ledger, chart, limits, closed_from, credits_posted)
SELECT a.account_id, a.ledger, a.chart, a.limits, a.closed_from,
       greatest(a.credits_posted - a.debits_posted - a.debits_pending, 0)
FROM {cell}.pay_account a
WHERE a.limits = 1 AND NOT EXISTS (SELECT FROM {shadow}.pay_batch)
ORDER BY a.account_id;

INSERT INTO {shadow}.pay_account (account_id, ledger, chart, limits, debits_posted)
SELECT ((a.ledger::bigint << 14) | 1020) << 40, a.ledger, 1020, 0, sum(a.credits_posted)
FROM {shadow}.pay_account a
WHERE a.limits = 1 AND NOT EXISTS (SELECT FROM {shadow}.pay_batch)
GROUP BY a.ledger;

INSERT INTO {shadow}.pay_transfer
    (transfer_id, debit_id, credit_id, amount_minor, batch_number, timeout_seconds, code, kind)
SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(row_number() OVER (ORDER BY a.account_id)), 12, '0'))::uuid,
       ((a.ledger::bigint << 14) | 1020) << 40, a.account_id, a.credits_posted, 0, 0, 10, 0
FROM {shadow}.pay_account a
WHERE a.limits = 1 AND a.credits_posted > 0 AND NOT EXISTS (SELECT FROM {shadow}.pay_batch);

INSERT INTO {shadow}.pay_batch (batch_number, posted_at, accepted, refused, refusals)
SELECT 0, '2000-01-01T00:00:00Z', count(*), 0, '{{}}' FROM {shadow}.pay_transfer
HAVING NOT EXISTS (SELECT FROM {shadow}.pay_batch);

ANALYZE {shadow}.pay_account;
