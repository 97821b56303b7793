-- The wallets of the bench, filled by a transfer each, and what is counted in the database afterwards.

-- name: open_wallets
INSERT INTO {cell}.pay_account (account_id, ledger, chart, limits, credits_posted)
SELECT %(first)s::bigint + n, %(ledger)s, %(chart)s, 1, %(minor)s FROM generate_series(1, %(wallets)s) AS n

-- name: open_bank
INSERT INTO {cell}.pay_account (account_id, ledger, chart, limits, debits_posted)
VALUES (%(bank)s, %(ledger)s, %(bank_chart)s, 0, %(wallets)s::bigint * %(minor)s)

-- name: fill_wallets
INSERT INTO {cell}.pay_transfer (transfer_id, debit_id, credit_id, amount_minor, batch_number, timeout_seconds, code, kind)
SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, %(bank)s, %(first)s::bigint + n, %(minor)s, 0, 0, 10, 0
FROM generate_series(1, %(wallets)s) AS n

-- name: orders
SELECT count(*) FROM {cell}.trade_order

-- name: unpaid
-- Orders without exactly one transfer that pays them, and transfers of no order.
SELECT count(*) FROM {cell}.trade_order o
FULL JOIN (SELECT * FROM {cell}.pay_transfer WHERE code = 20) t ON t.subject_id = o.order_id
WHERE t.amount_minor IS DISTINCT FROM o.total_minor OR o.settlement IS DISTINCT FROM 1

-- name: doubled
SELECT (SELECT count(*) - count(DISTINCT order_id) FROM {cell}.trade_order)
     + (SELECT count(*) - count(DISTINCT transfer_id) FROM {cell}.pay_transfer)

-- name: overdrawn
SELECT count(*) FROM {cell}.pay_account WHERE limits = 1 AND debits_posted + debits_pending > credits_posted

-- name: oversold
SELECT count(*) FROM {cell}.stock_pool WHERE reserved > on_hand

-- name: unbalanced
-- The bench makes single transfers only; the audit's law 3 looks at all kinds.
WITH sums AS (
    SELECT account_id, sum(debit) AS debit, sum(credit) AS credit
    FROM (
        SELECT debit_id AS account_id, amount_minor AS debit, 0 AS credit FROM {cell}.pay_transfer
        UNION ALL SELECT credit_id, 0, amount_minor FROM {cell}.pay_transfer
    ) AS side GROUP BY account_id
)
SELECT count(*) FROM (SELECT * FROM {cell}.pay_account WHERE debits_posted + credits_posted > 0) a
FULL JOIN sums USING (account_id)
WHERE debits_posted IS DISTINCT FROM debit OR credits_posted IS DISTINCT FROM credit
