-- name: read_all
-- When an account closes, in microseconds; one that does not is closed from the end of all time.
COPY (SELECT account_id, debits_posted, credits_posted, debits_pending, credits_pending, ledger, limits,
             coalesce((extract(epoch FROM closed_from) * 1000000)::bigint, 9223372036854775807)
      FROM {cell}.pay_account ORDER BY account_id) TO STDOUT (FORMAT BINARY)

-- name: read_some
SELECT a.account_id, a.debits_posted, a.credits_posted, a.debits_pending, a.credits_pending, a.ledger, a.limits,
       coalesce((extract(epoch FROM a.closed_from) * 1000000)::bigint, 9223372036854775807)
FROM unnest(%s::bigint[]) AS d(account_id) JOIN {cell}.pay_account a ON a.account_id = d.account_id

-- name: open
INSERT INTO {cell}.pay_account (account_id, ledger, chart, limits)
SELECT d.account_id, d.ledger, d.chart, d.limits
FROM unnest(%s::bigint[], %s::int[], %s::int[], %s::int[]) AS d(account_id, ledger, chart, limits)
ON CONFLICT (account_id) DO NOTHING

-- name: close
UPDATE {cell}.pay_account SET closed_from = %s
WHERE account_id = ANY (%s::bigint[]) AND closed_from IS DISTINCT FROM %s

-- name: accounts
SELECT a.account_id, a.ledger, a.chart, a.limits, a.debits_posted, a.credits_posted, a.debits_pending, a.credits_pending
FROM unnest(%s::bigint[]) AS d(account_id) JOIN {cell}.pay_account a ON a.account_id = d.account_id

-- name: copy
COPY {cell}.pay_transfer (transfer_id, debit_id, credit_id, amount_minor, batch_number, timeout_seconds, code, kind,
    pending_id, subject_id) FROM STDIN (FORMAT BINARY)

-- name: insert
INSERT INTO {cell}.pay_transfer (transfer_id, debit_id, credit_id, amount_minor, batch_number, timeout_seconds, code,
    kind, pending_id, subject_id)
SELECT d.transfer_id, d.debit_id, d.credit_id, d.amount_minor, %s::bigint, d.timeout_seconds, d.code, d.kind,
       nullif(d.pending_id, '00000000-0000-0000-0000-000000000000'),
       nullif(d.subject_id, '00000000-0000-0000-0000-000000000000')
FROM unnest(%s::uuid[], %s::bigint[], %s::bigint[], %s::bigint[], %s::int[], %s::int[], %s::int[], %s::uuid[], %s::uuid[])
    AS d(transfer_id, debit_id, credit_id, amount_minor, timeout_seconds, code, kind, pending_id, subject_id)

-- name: known
-- The transfers of some ids, how each pending one of them was ended, and when it runs out.
SELECT t.transfer_id, t.debit_id, t.credit_id, t.amount_minor, t.timeout_seconds, t.code, t.kind, t.pending_id,
       e.kind AS ended, p.expires_at
FROM unnest(%s::uuid[]) AS d(transfer_id)
JOIN {cell}.pay_transfer t ON t.transfer_id = d.transfer_id
LEFT JOIN {cell}.pay_transfer e ON e.pending_id = t.transfer_id
LEFT JOIN {cell}.pay_pending p ON p.transfer_id = t.transfer_id

-- name: post
UPDATE {cell}.pay_account AS a SET debits_posted = a.debits_posted + d.debits, credits_posted = a.credits_posted + d.credits
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS d(account_id, debits, credits)
WHERE a.account_id = d.account_id

-- name: post_two_phase
UPDATE {cell}.pay_account AS a SET
    debits_posted = a.debits_posted + d.debits, credits_posted = a.credits_posted + d.credits,
    debits_pending = a.debits_pending + d.debits_held, credits_pending = a.credits_pending + d.credits_held
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[])
    AS d(account_id, debits, credits, debits_held, credits_held)
WHERE a.account_id = d.account_id

-- name: post_few
-- The same for a batch that commits in this very journey: nobody can count between, so the statement does, and makes an
-- error of an account that is not there (it costs a microsecond an account, so large batches are counted by the writer).
WITH added AS (
    UPDATE {cell}.pay_account AS a SET debits_posted = a.debits_posted + d.debits, credits_posted = a.credits_posted + d.credits
    FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS d(account_id, debits, credits)
    WHERE a.account_id = d.account_id RETURNING 1
)
SELECT CASE WHEN count(*) <> %s::bigint THEN ('only ' || count(*) || ' of the accounts are there')::int END FROM added

-- name: post_few_two_phase
WITH added AS (
    UPDATE {cell}.pay_account AS a SET
        debits_posted = a.debits_posted + d.debits, credits_posted = a.credits_posted + d.credits,
        debits_pending = a.debits_pending + d.debits_held, credits_pending = a.credits_pending + d.credits_held
    FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[])
        AS d(account_id, debits, credits, debits_held, credits_held)
    WHERE a.account_id = d.account_id RETURNING 1
)
SELECT CASE WHEN count(*) <> %s::bigint THEN ('only ' || count(*) || ' of the accounts are there')::int END FROM added

-- name: add_pending
INSERT INTO {cell}.pay_pending (transfer_id, expires_at)
SELECT d.transfer_id, CASE WHEN d.timeout_seconds > 0 THEN %s::timestamptz + make_interval(secs => d.timeout_seconds) END
FROM unnest(%s::uuid[], %s::int[]) AS d(transfer_id, timeout_seconds)

-- name: end_pending
DELETE FROM {cell}.pay_pending WHERE transfer_id = ANY(%s::uuid[])

-- name: due
SELECT transfer_id FROM {cell}.pay_pending WHERE expires_at <= %s ORDER BY expires_at LIMIT %s

-- name: add_batch
INSERT INTO {cell}.pay_batch (batch_number, posted_at, accepted, refused, refusals, taken) VALUES (%s, %s, %s, %s, %s, %s)
