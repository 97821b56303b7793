-- name: lock_mark
SELECT batch_number FROM {cell}.pay_mark WHERE name = %s FOR UPDATE

-- name: set_mark
UPDATE {cell}.pay_mark SET batch_number = %s WHERE name = %s

-- name: read_on_to
-- The batch to read on to: as many batches as have about so many transfers, one at least; NULL when there is none.
SELECT max(batch_number) FROM (
    SELECT batch_number, sum(accepted) OVER (ORDER BY batch_number) - accepted AS before
    FROM (SELECT batch_number, accepted FROM {cell}.pay_batch WHERE batch_number > %(after)s
          ORDER BY batch_number LIMIT 5000) AS next
) AS counted
WHERE before < %(transfers)s

-- name: add_postings
-- Only what moved money: single transfers, and pending ones when they are posted.
INSERT INTO {cell}.pay_posting (account_id, batch_number, transfer_id, amount_minor, balance_minor)
WITH moved AS (
    SELECT transfer_id, batch_number, debit_id, credit_id, amount_minor FROM {cell}.pay_transfer
    WHERE batch_number > %(after)s AND batch_number <= %(to)s AND kind IN (0, 2)
), side AS (
    SELECT debit_id AS account_id, batch_number, transfer_id, amount_minor FROM moved
    UNION ALL SELECT credit_id, batch_number, transfer_id, -amount_minor FROM moved
), before AS (
    SELECT a.account_id, l.balance_minor FROM (SELECT DISTINCT account_id FROM side) AS a
    CROSS JOIN LATERAL (
        SELECT p.balance_minor FROM {cell}.pay_posting p WHERE p.account_id = a.account_id
        ORDER BY p.batch_number DESC, p.transfer_id DESC LIMIT 1
    ) AS l
)
SELECT s.account_id, s.batch_number, s.transfer_id, s.amount_minor, coalesce(b.balance_minor, 0) + sum(s.amount_minor)
       OVER (PARTITION BY s.account_id ORDER BY s.batch_number, s.transfer_id)
FROM side s LEFT JOIN before b ON b.account_id = s.account_id

-- name: add_flow
-- As `day_sales` counts them, a quarter of an hour each.
INSERT INTO {cell}.pay_flow AS f (quarter, channel, tender, owner, captured_minor, captures, refunded_minor, refunds)
WITH moved AS (
    SELECT b.posted_at, t.debit_id, t.credit_id, t.amount_minor, (t.debit_id >> 40) & 16383 AS debit_chart,
           (t.credit_id >> 40) & 16383 AS credit_chart
    FROM {cell}.pay_transfer t JOIN {cell}.pay_batch b ON b.batch_number = t.batch_number
    WHERE t.batch_number > %(after)s AND t.batch_number <= %(to)s AND t.kind IN (0, 2)
      AND t.code <> ALL (%(day_entries)s::int[])
), side AS (
    SELECT posted_at, credit_id AS sales_id, debit_id AS other_id, debit_chart AS tender, amount_minor AS captured, 0 AS refunded
    FROM moved WHERE credit_chart = %(sales)s AND credit_id >> 54 = %(ledger)s
    UNION ALL
    SELECT posted_at, debit_id, credit_id, credit_chart, 0, amount_minor
    FROM moved WHERE debit_chart = %(sales)s AND debit_id >> 54 = %(ledger)s
)
SELECT date_bin('15 minutes', posted_at, '2000-01-01T00:00:00Z') AS quarter, sales_id & 1099511627775 AS channel, tender,
       CASE WHEN tender = ANY (%(shoppers)s::int[]) THEN 0 ELSE other_id & 1099511627775 END AS owner,
       sum(captured), count(*) FILTER (WHERE captured > 0), sum(refunded), count(*) FILTER (WHERE refunded > 0)
FROM side GROUP BY 1, 2, 3, 4
ON CONFLICT (quarter, channel, tender, owner) DO UPDATE SET
    captured_minor = f.captured_minor + excluded.captured_minor, captures = f.captures + excluded.captures,
    refunded_minor = f.refunded_minor + excluded.refunded_minor, refunds = f.refunds + excluded.refunds

-- name: first_batch
SELECT posted_at FROM {cell}.pay_batch ORDER BY batch_number LIMIT 1

-- name: last_day
SELECT business_day, to_batch FROM {cell}.pay_day ORDER BY business_day DESC LIMIT 1

-- name: last_batch_before
SELECT coalesce(max(batch_number), %(after)s) FROM {cell}.pay_batch
WHERE batch_number > %(after)s AND posted_at < %(end)s

-- name: day_sales
-- What passed through the accounts of sales, by the account on the other side; the day's own entries are not sales.
-- An account's id is its ledger, its place in the chart, and its owner (pay/ledger/rules.py).
WITH moved AS (
    SELECT debit_id, credit_id, amount_minor, (debit_id >> 40) & 16383 AS debit_chart, (credit_id >> 40) & 16383 AS credit_chart
    FROM {cell}.pay_transfer
    WHERE batch_number > %(after)s AND batch_number <= %(to)s AND kind IN (0, 2) AND code <> ALL (%(day_entries)s::int[])
), side AS (
    SELECT credit_id AS sales_id, debit_id AS other_id, debit_chart AS tender, amount_minor AS captured, 0 AS refunded
    FROM moved WHERE credit_chart = %(sales)s AND credit_id >> 54 = %(ledger)s
    UNION ALL
    SELECT debit_id, credit_id, credit_chart, 0, amount_minor
    FROM moved WHERE debit_chart = %(sales)s AND debit_id >> 54 = %(ledger)s
)
SELECT (sales_id & 1099511627775)::int AS channel, tender::int,
       CASE WHEN tender = ANY (%(shoppers)s::int[]) THEN 0 ELSE other_id & 1099511627775 END AS owner,
       sum(captured)::bigint, count(*) FILTER (WHERE captured > 0), sum(refunded)::bigint, count(*) FILTER (WHERE refunded > 0)
FROM side GROUP BY channel, tender, owner ORDER BY channel, tender, owner

-- name: net_by_order
-- What the batches brought of each order, less what they took back, by the channel of the sale.
SELECT (CASE WHEN (credit_id >> 40) & 16383 = %(sales)s THEN credit_id ELSE debit_id END & 1099511627775)::int AS channel,
       subject_id AS order_id,
       sum(CASE WHEN (credit_id >> 40) & 16383 = %(sales)s THEN amount_minor ELSE -amount_minor END) AS net_minor
FROM {cell}.pay_transfer
WHERE batch_number > %(after)s AND batch_number <= %(to)s AND kind IN (0, 2) AND code <> ALL (%(day_entries)s::int[])
  AND ((credit_id >> 40) & 16383 = %(sales)s AND credit_id >> 54 = %(ledger)s
       OR (debit_id >> 40) & 16383 = %(sales)s AND debit_id >> 54 = %(ledger)s)
GROUP BY 1, 2

-- name: lines_back
-- What the batches gave back for lines of orders.
SELECT r.order_id, r.lines[n][1]::int AS line, r.lines[n][3] AS amount_minor
FROM {cell}.pay_refund r CROSS JOIN LATERAL generate_subscripts(r.lines, 1) AS n
WHERE r.batch_number > %(after)s AND r.batch_number <= %(to)s

-- name: nets_of_order
-- What the sales of the order `o` came to by the end of either batch: its transfers are one range of the key.
SELECT coalesce(sum(signed) FILTER (WHERE batch_number <= %(after)s), 0) AS before_minor, coalesce(sum(signed), 0) AS then_minor
FROM (
    SELECT batch_number,
           CASE WHEN (credit_id >> 40) & 16383 = %(sales)s THEN amount_minor ELSE -amount_minor END AS signed
    FROM {cell}.pay_transfer
    WHERE transfer_id BETWEEN overlay(o.order_id::text PLACING '00' FROM 35)::uuid
                          AND overlay(o.order_id::text PLACING 'ff' FROM 35)::uuid
      AND batch_number <= %(to)s AND kind IN (0, 2) AND code <> ALL (%(day_entries)s::int[])
      AND ((credit_id >> 40) & 16383 = %(sales)s OR (debit_id >> 40) & 16383 = %(sales)s)
) AS moved

-- name: lines_back_of_order
-- What was given back for lines of the order `o` by the end of the later batch.
SELECT r.batch_number, r.lines[n][1]::int AS line, r.lines[n][3] AS amount_minor
FROM {cell}.pay_refund r CROSS JOIN LATERAL generate_subscripts(r.lines, 1) AS n
WHERE r.order_id = o.order_id AND r.batch_number <= %(to)s

-- name: day_balances
INSERT INTO {cell}.pay_day_balance (business_day, ledger, chart, owner, debits_minor, credits_minor)
WITH side AS (
    SELECT debit_id AS account_id, amount_minor AS debits, 0 AS credits FROM {cell}.pay_transfer
    WHERE batch_number > %(after)s AND batch_number <= %(to)s AND kind IN (0, 2) AND code <> ALL (%(day_entries)s::int[])
    UNION ALL
    SELECT credit_id, 0, amount_minor FROM {cell}.pay_transfer
    WHERE batch_number > %(after)s AND batch_number <= %(to)s AND kind IN (0, 2) AND code <> ALL (%(day_entries)s::int[])
), placed AS (
    SELECT account_id >> 54 AS ledger, (account_id >> 40) & 16383 AS chart, account_id & 1099511627775 AS owner, debits, credits
    FROM side
)
SELECT %(day)s, ledger, chart, CASE WHEN chart = ANY (%(shoppers)s::int[]) THEN 0 ELSE owner END AS owner_or_all,
       sum(debits), sum(credits)
FROM placed GROUP BY ledger, chart, owner_or_all

-- name: add_to_day_balance
INSERT INTO {cell}.pay_day_balance AS b (business_day, ledger, chart, owner, debits_minor, credits_minor)
VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (business_day, ledger, chart, owner)
DO UPDATE SET debits_minor = b.debits_minor + excluded.debits_minor, credits_minor = b.credits_minor + excluded.credits_minor

-- name: add_day
INSERT INTO {cell}.pay_day (business_day, after_batch, to_batch, closed_at, tax_basis_points, is_posted)
VALUES (%s, %s, %s, %s, %s, %s)

-- name: add_sale
INSERT INTO {cell}.pay_day_sale (business_day, channel, tender, owner, captured_minor, captures, refunded_minor, refunds)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)

-- name: add_closing
INSERT INTO {cell}.pay_day_closing (business_day, channel, captured_minor, refunded_minor, tax_minor, commission_minor,
    fees_minor, payable_minor) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)

-- name: unposted_days
SELECT business_day FROM {cell}.pay_day WHERE NOT is_posted ORDER BY business_day

-- name: closings
SELECT channel, captured_minor, refunded_minor, tax_minor, commission_minor, fees_minor, payable_minor
FROM {cell}.pay_day_closing WHERE business_day = %s ORDER BY channel

-- name: day_is_posted
UPDATE {cell}.pay_day SET is_posted = true WHERE business_day = %s

-- name: terms_on
SELECT from_day, commission_basis_points, fee_basis_points, fee_fixed_minor, refund_limit_minor
FROM {cell}.pay_terms WHERE from_day <= %s ORDER BY from_day DESC, set_at DESC LIMIT 1

-- name: add_terms
INSERT INTO {cell}.pay_terms (from_day, set_at, set_by, commission_basis_points, fee_basis_points, fee_fixed_minor,
    refund_limit_minor) VALUES (%s, %s, %s, %s, %s, %s, %s)

-- name: month_locked
SELECT EXISTS (SELECT FROM {cell}.pay_month WHERE month = date_trunc('month', %s::date)::date)

-- name: days_of_month
SELECT count(*) AS days, count(*) FILTER (WHERE NOT is_posted) AS unposted
FROM {cell}.pay_day WHERE business_day >= %(first)s AND business_day < %(next)s

-- name: unclear
-- What providers said in a month that the books could not follow (pay/payments/rules.Outcome), and what providers were
-- asked and have not answered.
WITH span AS (
    SELECT min(after_batch) AS after, max(to_batch) AS upto FROM {cell}.pay_day
    WHERE business_day >= %(first)s AND business_day < %(next)s
)
SELECT (SELECT count(*) FROM {cell}.pay_event, span
        WHERE batch_number > span.after AND batch_number <= span.upto AND outcome IN (4, 5, 6)),
       (SELECT count(*) FROM {cell}.pay_call, span
        WHERE batch_number > span.after AND batch_number <= span.upto AND state IN (0, 1))

-- name: balances_through
SELECT ledger, chart, owner, sum(debits_minor)::bigint, sum(credits_minor)::bigint
FROM {cell}.pay_day_balance WHERE business_day < %s GROUP BY ledger, chart, owner ORDER BY ledger, chart, owner

-- name: add_month
INSERT INTO {cell}.pay_month (month, locked_at, locked_by, checklist, note) VALUES (%s, %s, %s, %s, %s)

-- name: add_month_balances
INSERT INTO {cell}.pay_month_balance (month, ledger, chart, owner, debits_minor, credits_minor)
SELECT %(first)s, ledger, chart, owner, sum(debits_minor), sum(credits_minor)
FROM {cell}.pay_day_balance WHERE business_day < %(next)s GROUP BY ledger, chart, owner

-- name: propose_payout
-- Nothing when one is open already.
INSERT INTO {cell}.pay_payout (payout_id, tenant_id, amount_minor, state, proposed_by, proposed_at, note, is_posted)
VALUES (%s, %s, %s, 1, %s, %s, '', true) ON CONFLICT DO NOTHING

-- name: payout
SELECT payout_id, tenant_id, amount_minor, state, proposed_by, proposed_at, approved_by, approved_at, ended_by, ended_at,
       note, is_posted
FROM {cell}.pay_payout WHERE payout_id = %s FOR UPDATE

-- name: approve_payout
UPDATE {cell}.pay_payout SET state = 2, approved_by = %s, approved_at = %s WHERE payout_id = %s

-- name: end_payout
UPDATE {cell}.pay_payout SET state = %s, ended_by = %s, ended_at = %s, note = %s, is_posted = %s WHERE payout_id = %s

-- name: unposted_payouts
SELECT payout_id, tenant_id, amount_minor, state FROM {cell}.pay_payout WHERE NOT is_posted

-- name: payout_is_posted
UPDATE {cell}.pay_payout SET is_posted = true WHERE payout_id = %s AND state = %s

-- name: add_provider_payout
INSERT INTO {cell}.pay_provider_payout (report_id, provider, number, reference, paid_on, gross_minor, fees_minor, lines,
    imported_by, imported_at, is_posted) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, false)
ON CONFLICT (report_id) DO NOTHING

-- name: provider_payout
SELECT gross_minor, fees_minor FROM {cell}.pay_provider_payout WHERE report_id = %s

-- name: unposted_provider_payouts
SELECT report_id, number, gross_minor, fees_minor FROM {cell}.pay_provider_payout WHERE NOT is_posted

-- name: provider_payout_is_posted
UPDATE {cell}.pay_provider_payout SET is_posted = true WHERE report_id = %s

-- name: add_refund_request
INSERT INTO {cell}.pay_refund_request (request_id, order_id, amount_minor, lines, way, payment_id, to_order_id, reason,
    state, needs_approval, requested_by, requested_at, note)
VALUES (%s, %s, %s, %s::bigint[], %s, %s, %s, %s, %s, %s, %s, %s, '') ON CONFLICT (request_id) DO NOTHING

-- name: refund_request
SELECT request_id, order_id, amount_minor, lines, way, payment_id, to_order_id, reason, state, needs_approval, requested_by,
       requested_at, decided_by, decided_at, note
FROM {cell}.pay_refund_request WHERE request_id = %s FOR UPDATE

-- name: asked_of_order
SELECT coalesce(sum(amount_minor), 0)::bigint FROM {cell}.pay_refund_request WHERE order_id = %s AND state IN (1, 2) AND way = 0

-- name: decide_refund
UPDATE {cell}.pay_refund_request SET state = %s, decided_by = %s, decided_at = %s, note = %s WHERE request_id = %s

-- name: end_refund
UPDATE {cell}.pay_refund_request SET state = %s, note = %s WHERE request_id = %s

-- name: of_order
-- All money of an order: its transfers have its id in the upper 120 bits of theirs, and a step in the low byte.
SELECT transfer_id, debit_id, credit_id, amount_minor, batch_number, code, kind, pending_id
FROM {cell}.pay_transfer WHERE transfer_id BETWEEN %s AND %s ORDER BY batch_number, transfer_id

-- name: first_day
SELECT min(business_day) FROM {cell}.pay_day

-- name: asked_of_payment
-- What is asked out of suspense for a payment and not yet sent on.
SELECT coalesce(sum(amount_minor), 0)::bigint FROM {cell}.pay_refund_request WHERE payment_id = %s AND state IN (1, 2)

-- name: close_event
INSERT INTO {cell}.pay_event_closed (provider, event_id, closed_by, closed_at, note)
SELECT e.provider, e.event_id, %s, %s, %s FROM {cell}.pay_event e
WHERE e.provider = %s AND e.event_id = %s AND e.outcome IN (4, 5, 6) ON CONFLICT (provider, event_id) DO NOTHING

-- name: explain_disagreement
UPDATE {cell}.pay_disagreement SET explained_by = %s, explained_at = %s, note = %s
WHERE provider = %s AND payment_id = %s AND what = %s AND settled_at IS NULL

-- name: event_is_closed
SELECT 1 FROM {cell}.pay_event_closed WHERE provider = %s AND event_id = %s
