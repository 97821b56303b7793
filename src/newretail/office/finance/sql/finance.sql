-- name: today
SELECT f.cell, f.channel, f.tender, sum(f.captured_minor)::bigint AS captured_minor, sum(f.captures)::bigint AS captures,
       sum(f.refunded_minor)::bigint AS refunded_minor, sum(f.refunds)::bigint AS refunds
FROM unnest(%(cells)s::text[], %(starts)s::timestamptz[]) AS day(cell, start)
JOIN every_flow f ON f.cell = day.cell AND f.quarter >= day.start
GROUP BY f.cell, f.channel, f.tender

-- name: waiting_payments
SELECT cell, count(*) AS payments, coalesce(sum(amount_minor), 0)::bigint AS amount_minor
FROM every_payment WHERE expires_at IS NOT NULL GROUP BY cell

-- name: accounts
SELECT cell, account_id, ledger, chart, debits_posted, credits_posted, debits_pending, credits_pending
FROM every_account WHERE account_id = ANY (%(ids)s::bigint[]) AND (%(cell)s = '' OR cell = %(cell)s)

-- name: open_requests
SELECT * FROM every_refund_request WHERE state IN (1, 2) ORDER BY requested_at LIMIT %(limit)s

-- name: trial_now
SELECT ledger, chart, CASE WHEN chart = ANY (%(shoppers)s::int[]) THEN 0 ELSE account_id & 1099511627775 END AS owner,
       sum(debits_posted)::bigint AS debits_minor, sum(credits_posted)::bigint AS credits_minor
FROM every_account WHERE cell = ANY (%(cells)s::text[]) AND (debits_posted > 0 OR credits_posted > 0)
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3

-- name: trial_through
SELECT ledger, chart, owner, sum(debits_minor)::bigint AS debits_minor, sum(credits_minor)::bigint AS credits_minor
FROM every_day_balance WHERE cell = ANY (%(cells)s::text[]) AND business_day <= %(day)s
GROUP BY ledger, chart, owner ORDER BY ledger, chart, owner

-- name: last_days
SELECT cell, max(business_day) AS business_day FROM every_pay_day GROUP BY cell

-- name: postings
-- By the key, newest first, from the one before (batch, transfer) on.
SELECT p.batch_number, p.transfer_id, p.amount_minor, p.balance_minor
FROM every_posting p
WHERE p.cell = %(cell)s AND p.account_id = %(account_id)s AND (p.batch_number, p.transfer_id) < (%(batch)s, %(transfer)s)
ORDER BY p.batch_number DESC, p.transfer_id DESC LIMIT %(limit)s

-- name: transfers
SELECT cell, transfer_id, debit_id, credit_id, amount_minor, batch_number, code, kind, pending_id, subject_id
FROM every_transfer WHERE cell = %(cell)s AND transfer_id = ANY (%(ids)s::uuid[])

-- name: transfers_between
SELECT cell, transfer_id, debit_id, credit_id, amount_minor, batch_number, code, kind, pending_id, subject_id
FROM every_transfer WHERE transfer_id BETWEEN %(first)s AND %(last)s ORDER BY batch_number, transfer_id

-- name: batches
SELECT batch_number, posted_at FROM every_pay_batch WHERE cell = %(cell)s AND batch_number = ANY (%(numbers)s::bigint[])

-- name: payments_between
SELECT * FROM every_payment WHERE payment_id BETWEEN %(first)s AND %(last)s ORDER BY payment_id

-- name: events_of
SELECT * FROM every_pay_event WHERE payment_id = ANY (%(ids)s::uuid[]) ORDER BY received_at

-- name: refunds_of
SELECT * FROM every_pay_refund WHERE order_id = %(order_id)s ORDER BY refunded_at

-- name: requests_of
SELECT * FROM every_refund_request WHERE order_id = %(order_id)s ORDER BY requested_at

-- name: by_reference
SELECT cell, payment_id AS found_id, amount_minor FROM every_payment
WHERE provider = ANY (%(providers)s::text[]) AND provider_ref = %(reference)s AND provider_ref <> '' LIMIT %(limit)s

-- name: by_amount
-- The ids are ordered by time: a range of the key. Payments that moved nothing yet are found by their own key.
(SELECT cell, transfer_id AS found_id, amount_minor FROM every_transfer
 WHERE transfer_id >= %(since)s AND amount_minor = ANY (%(amounts)s::bigint[]) AND code < 100 AND kind IN (0, 1)
 ORDER BY transfer_id DESC LIMIT %(limit)s)
UNION ALL
(SELECT cell, payment_id, amount_minor FROM every_payment
 WHERE payment_id >= %(since)s AND amount_minor = ANY (%(amounts)s::bigint[]) ORDER BY payment_id DESC LIMIT %(limit)s)

-- name: by_buyer
(SELECT cell, order_id AS found_id, total_minor AS amount_minor FROM every_order
 WHERE buyer_id = ANY (%(buyers)s::bigint[]) ORDER BY order_id DESC LIMIT %(limit)s)
UNION ALL
(SELECT cell, top_up_id, amount_minor FROM every_top_up
 WHERE buyer_id = ANY (%(buyers)s::bigint[]) ORDER BY top_up_id DESC LIMIT %(limit)s)

-- name: days
SELECT business_day, sum(captured_minor)::bigint AS captured_minor, sum(refunded_minor)::bigint AS refunded_minor,
       sum(tax_minor)::bigint AS tax_minor, sum(commission_minor)::bigint AS commission_minor,
       sum(fees_minor)::bigint AS fees_minor, sum(payable_minor)::bigint AS payable_minor
FROM every_day_closing WHERE cell = ANY (%(cells)s::text[]) AND business_day < %(before)s
GROUP BY business_day ORDER BY business_day DESC LIMIT %(limit)s

-- name: day
SELECT channel, sum(captured_minor)::bigint AS captured_minor, sum(refunded_minor)::bigint AS refunded_minor,
       sum(tax_minor)::bigint AS tax_minor, sum(commission_minor)::bigint AS commission_minor,
       sum(fees_minor)::bigint AS fees_minor, sum(payable_minor)::bigint AS payable_minor
FROM every_day_closing
WHERE cell = ANY (%(cells)s::text[]) AND business_day >= %(first)s AND business_day <= %(last)s
GROUP BY channel ORDER BY channel

-- name: day_tenders
SELECT tender, sum(captured_minor)::bigint AS captured_minor, sum(captures)::bigint AS captures,
       sum(refunded_minor)::bigint AS refunded_minor, sum(refunds)::bigint AS refunds
FROM every_day_sale
WHERE cell = ANY (%(cells)s::text[]) AND business_day >= %(first)s AND business_day <= %(last)s
GROUP BY tender ORDER BY tender

-- name: closed
SELECT cell, business_day, closed_at, is_posted FROM every_pay_day
WHERE cell = ANY (%(cells)s::text[]) AND business_day = %(day)s

-- name: payouts
SELECT * FROM every_payout ORDER BY proposed_at DESC, payout_id LIMIT %(limit)s

-- name: provider_payouts
SELECT * FROM every_provider_payout ORDER BY paid_on DESC, reference LIMIT %(limit)s

-- name: terms
SELECT * FROM every_pay_terms ORDER BY cell, from_day DESC, set_at DESC

-- name: months
-- Months in which a day was closed; `rows`: how much of a statement they have.
SELECT d.cell, date_trunc('month', d.business_day)::date AS month, coalesce(sum(c.captured_minor), 0)::bigint AS captured_minor,
       coalesce(sum(c.refunded_minor), 0)::bigint AS refunded_minor, coalesce(sum(c.payable_minor), 0)::bigint AS payable_minor,
       count(c.channel) AS rows
FROM every_pay_day d LEFT JOIN every_day_closing c ON c.cell = d.cell AND c.business_day = d.business_day
GROUP BY 1, 2

-- name: locked
SELECT cell, month, locked_at, locked_by, note FROM every_pay_month

-- name: calls_of
SELECT * FROM every_pay_call WHERE payment_id = ANY (%(ids)s::uuid[]) ORDER BY created_at, call_id

-- name: suspense
-- Payments with money in suspense (less than zero: goods left and the money did not come), the oldest first.
SELECT cell, payment_id, order_id, tender, provider, provider_ref, suspense_minor, updated_at
FROM every_payment WHERE suspense_minor <> 0 ORDER BY updated_at, payment_id LIMIT %(limit)s

-- name: why_in_suspense
-- What last brought money of some orders into suspense, by the range of ids that each can have.
SELECT t.subject_id, t.code
FROM unnest(%(firsts)s::uuid[], %(lasts)s::uuid[]) AS d(first, last)
CROSS JOIN LATERAL (
    SELECT subject_id, code FROM every_transfer
    WHERE transfer_id BETWEEN d.first AND d.last AND code = ANY (%(codes)s::int[])
    ORDER BY transfer_id DESC LIMIT 1
) AS t

-- name: odd_events
SELECT e.*, p.order_id FROM every_odd_event e LEFT JOIN every_payment p ON p.cell = e.cell AND p.payment_id = e.payment_id
ORDER BY e.received_at LIMIT %(limit)s

-- name: odd_event
SELECT * FROM every_odd_event WHERE cell = %(cell)s AND provider = %(provider)s AND event_id = %(event_id)s

-- name: disagreements
SELECT d.*, p.order_id FROM every_pay_disagreement d
LEFT JOIN every_payment p ON p.cell = d.cell AND p.payment_id = d.payment_id
WHERE d.settled_at IS NULL ORDER BY d.explained_at IS NOT NULL, d.found_at LIMIT %(limit)s

-- name: payment
SELECT * FROM every_payment WHERE cell = %(cell)s AND payment_id = %(payment_id)s
