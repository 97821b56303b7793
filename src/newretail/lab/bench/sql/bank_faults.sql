-- name: placed
-- Orders whose money is there and whose goods are not gone yet.
SELECT order_id FROM {cell}.trade_order WHERE state = 1 LIMIT %s

-- name: waiting
SELECT count(*) FILTER (WHERE state = 6), count(*) FILTER (WHERE state = 1) FROM {cell}.trade_order

-- name: calls
SELECT count(*) FROM {cell}.pay_call WHERE due_at IS NOT NULL

-- name: time_passes
-- Orders that nobody paid are given up after a quarter of an hour; the bench does not wait for it. Here and below, a row
-- that the engine writes just now is left to it: who holds no lock on the head must not wait for whoever does.
UPDATE {cell}.pay_payment SET expires_at = %s WHERE payment_id IN (
    SELECT payment_id FROM {cell}.pay_payment WHERE expires_at IS NOT NULL FOR UPDATE SKIP LOCKED)

-- name: calls_now
UPDATE {cell}.pay_call SET due_at = %s WHERE call_id IN (
    SELECT call_id FROM {cell}.pay_call WHERE due_at IS NOT NULL FOR UPDATE SKIP LOCKED)

-- name: calls_soon
-- No pause is longer than this.
UPDATE {cell}.pay_call SET due_at = %s::timestamptz WHERE call_id IN (
    SELECT call_id FROM {cell}.pay_call WHERE due_at > %s::timestamptz + interval '1 second' FOR UPDATE SKIP LOCKED)

-- name: payments
SELECT payment_id, order_id, received_minor, returned_minor, charged_back_minor, captured_minor, refunded_minor,
       suspense_minor, held_minor
FROM {cell}.pay_payment

-- name: orders
-- What each order should have brought: its total where it stands, less what was refunded; nothing while it waits unpaid.
SELECT o.order_id, o.state, CASE WHEN o.state IN (5, 6) THEN 0 ELSE o.total_minor - coalesce(r.amount, 0) END
FROM {cell}.trade_order o
LEFT JOIN (SELECT order_id, sum(amount_minor)::bigint AS amount FROM {cell}.pay_refund GROUP BY order_id) r
    ON r.order_id = o.order_id

-- name: accounts
SELECT account_id, debits_posted, credits_posted, debits_pending, credits_pending FROM {cell}.pay_account

-- name: outcomes
SELECT outcome, count(*) FROM {cell}.pay_event GROUP BY outcome
