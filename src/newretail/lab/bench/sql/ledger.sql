-- The wallets of the ledger's benches, and what is counted in the database afterwards.

-- name: open_house
INSERT INTO {cell}.pay_account (account_id, ledger, chart, limits, debits_posted)
VALUES (0, 1, %(house)s, 0, %(accounts)s::bigint * %(minor)s)

-- name: open_wallets
INSERT INTO {cell}.pay_account (account_id, ledger, chart, limits, credits_posted)
SELECT n, 1, %(chart)s, %(limit)s, %(minor)s FROM generate_series(1, %(accounts)s) AS n

-- name: fill_wallets
INSERT INTO {cell}.pay_transfer (transfer_id, debit_id, credit_id, amount_minor, batch_number, timeout_seconds, code, kind)
SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 0, n, %(minor)s, 0, 0, 1, 0
FROM generate_series(1, %(accounts)s) AS n

-- name: transfers
SELECT count(*) FROM {cell}.pay_transfer

-- name: doubled
SELECT count(*) FROM (SELECT FROM {cell}.pay_transfer GROUP BY transfer_id HAVING count(*) > 1) AS twice

-- name: overdrawn
SELECT count(*) FROM {cell}.pay_account WHERE limits = 1 AND debits_posted + debits_pending > credits_posted

-- name: unbalanced
-- The bench makes single transfers only; the audit's law 3 looks at all kinds.
WITH sums AS (
    SELECT account_id, sum(debit) AS debit, sum(credit) AS credit
    FROM (
        SELECT debit_id AS account_id, amount_minor AS debit, 0 AS credit FROM {cell}.pay_transfer
        UNION ALL SELECT credit_id, 0, amount_minor FROM {cell}.pay_transfer
    ) AS side GROUP BY account_id
)
SELECT count(*) FROM {cell}.pay_account FULL JOIN sums USING (account_id)
WHERE debits_posted IS DISTINCT FROM debit OR credits_posted IS DISTINCT FROM credit
