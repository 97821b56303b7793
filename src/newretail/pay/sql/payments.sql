-- name: payments_of
-- The payments of some orders, by the range of ids that each can have.
SELECT p.payment_id, p.order_id, p.tender, p.state, p.provider, p.provider_ref, p.account_id, p.asked_minor,
       p.amount_minor, p.created_at, p.updated_at, p.expires_at, p.batch_number, p.held_minor, p.received_minor,
       p.captured_minor, p.refunded_minor, p.returned_minor, p.charged_back_minor, p.suspense_minor,
       p.capture_asked_minor, p.hold_step, p.credited_minor, p.declined_for
FROM unnest(%s::uuid[], %s::uuid[]) AS d(first, last)
-- One search of the key a range, said so that the planner cannot take it for a join over the whole table.
CROSS JOIN LATERAL (
    SELECT * FROM {cell}.pay_payment q WHERE q.payment_id >= d.first AND q.payment_id <= d.last
    ORDER BY q.payment_id LIMIT 256
) p
ORDER BY p.payment_id

-- name: transfers_of
-- All money of some orders, in the order in which it moved.
SELECT t.transfer_id, t.subject_id, t.debit_id, t.credit_id, t.amount_minor, t.code, t.kind, t.pending_id, t.batch_number
FROM unnest(%s::uuid[], %s::uuid[]) AS d(first, last)
CROSS JOIN LATERAL (
    SELECT * FROM {cell}.pay_transfer q WHERE q.transfer_id >= d.first AND q.transfer_id <= d.last
    ORDER BY q.transfer_id LIMIT 256
) t
ORDER BY t.transfer_id

-- name: refunds_of
SELECT order_id, refund_id, amount_minor, lines, parts, reason, actor, approved_by, refunded_at
FROM {cell}.pay_refund WHERE order_id = ANY(%s) ORDER BY order_id, batch_number, refund_id

-- name: orders_of_payments
SELECT payment_id, order_id FROM {cell}.pay_payment WHERE payment_id = ANY(%s)

-- name: events_known
SELECT e.provider, e.event_id, e.outcome, e.detail
FROM unnest(%s::text[], %s::text[]) AS d(provider, event_id)
JOIN {cell}.pay_event e ON e.provider = d.provider AND e.event_id = d.event_id

-- name: events_of
SELECT provider, event_id, kind, payment_id, amount_minor, currency, provider_ref, occurred_at, received_at, outcome, detail
FROM {cell}.pay_event WHERE payment_id = ANY(%s) ORDER BY batch_number, received_at, event_id

-- name: call_states
SELECT call_id, kind, state, payment_id FROM {cell}.pay_call WHERE call_id = ANY(%s)

-- name: calls_of
SELECT call_id, kind, provider, payment_id, order_id, amount_minor, currency, created_at, state, tries, due_at, error
FROM {cell}.pay_call WHERE payment_id = ANY(%s) ORDER BY batch_number, created_at, call_id

-- name: open_payments
INSERT INTO {cell}.pay_payment (payment_id, order_id, tender, state, provider, provider_ref, account_id, asked_minor,
    amount_minor, created_at, updated_at, expires_at, batch_number, held_minor, received_minor, captured_minor,
    refunded_minor, returned_minor, charged_back_minor, suspense_minor, capture_asked_minor, hold_step,
    credited_minor, declined_for)
SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::smallint[], %s::smallint[], %s::text[], %s::text[], %s::bigint[],
    %s::bigint[], %s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[], %s::bigint[], %s::bigint[],
    %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::smallint[], %s::bigint[], %s::text[])

-- name: write_payments
INSERT INTO {cell}.pay_payment AS p (payment_id, order_id, tender, state, provider, provider_ref, account_id, asked_minor,
    amount_minor, created_at, updated_at, expires_at, batch_number, held_minor, received_minor, captured_minor,
    refunded_minor, returned_minor, charged_back_minor, suspense_minor, capture_asked_minor, hold_step,
    credited_minor, declined_for)
SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::smallint[], %s::smallint[], %s::text[], %s::text[], %s::bigint[],
    %s::bigint[], %s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[], %s::bigint[], %s::bigint[],
    %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::smallint[], %s::bigint[], %s::text[])
ON CONFLICT (payment_id) DO UPDATE SET state = excluded.state,
    provider_ref = coalesce(nullif(excluded.provider_ref, ''), p.provider_ref),
    amount_minor = excluded.amount_minor, updated_at = excluded.updated_at, expires_at = excluded.expires_at,
    held_minor = excluded.held_minor, received_minor = excluded.received_minor, captured_minor = excluded.captured_minor,
    refunded_minor = excluded.refunded_minor, returned_minor = excluded.returned_minor,
    charged_back_minor = excluded.charged_back_minor, suspense_minor = excluded.suspense_minor,
    capture_asked_minor = excluded.capture_asked_minor, hold_step = excluded.hold_step,
    credited_minor = excluded.credited_minor, declined_for = excluded.declined_for

-- name: add_calls
INSERT INTO {cell}.pay_call (call_id, kind, provider, payment_id, order_id, amount_minor, currency, created_at,
    batch_number, state, tries, due_at, error)
SELECT d.call_id, d.kind, d.provider, d.payment_id, d.order_id, d.amount_minor, %s::text, %s::timestamptz, %s::bigint,
       0, 0, %s::timestamptz, ''
FROM unnest(%s::uuid[], %s::smallint[], %s::text[], %s::uuid[], %s::uuid[], %s::bigint[])
    AS d(call_id, kind, provider, payment_id, order_id, amount_minor)

-- name: end_calls
UPDATE {cell}.pay_call AS c SET state = d.state, due_at = NULL
FROM unnest(%s::uuid[], %s::smallint[]) AS d(call_id, state) WHERE c.call_id = d.call_id

-- name: calls_due
SELECT c.call_id, c.kind, c.provider, c.payment_id, c.order_id, c.amount_minor, c.currency, p.provider_ref, c.tries
FROM {cell}.pay_call c JOIN {cell}.pay_payment p ON p.payment_id = c.payment_id
WHERE c.due_at <= %s ORDER BY c.due_at, c.call_id LIMIT %s

-- name: note_calls
UPDATE {cell}.pay_call AS c SET tries = c.tries + 1, due_at = d.due_at, error = d.error, state = greatest(c.state, d.state)
FROM unnest(%s::uuid[], %s::timestamptz[], %s::text[], %s::smallint[]) AS d(call_id, due_at, error, state)
WHERE c.call_id = d.call_id AND c.state <= 1

-- name: name_payments
-- What the provider calls payments that had no name there yet.
UPDATE {cell}.pay_payment AS p SET provider_ref = d.provider_ref
FROM unnest(%s::uuid[], %s::text[]) AS d(call_id, provider_ref)
JOIN {cell}.pay_call c ON c.call_id = d.call_id
WHERE p.payment_id = c.payment_id AND p.provider_ref = '' AND d.provider_ref <> ''

-- name: add_events
INSERT INTO {cell}.pay_event (provider, event_id, kind, payment_id, amount_minor, currency, provider_ref, call_id,
    occurred_at, received_at, batch_number, outcome, detail)
SELECT d.provider, d.event_id, d.kind, d.payment_id, d.amount_minor, d.currency, d.provider_ref, d.call_id, d.occurred_at,
       %s::timestamptz, %s::bigint, d.outcome, d.detail
FROM unnest(%s::text[], %s::text[], %s::smallint[], %s::uuid[], %s::bigint[], %s::text[], %s::text[], %s::uuid[],
            %s::timestamptz[], %s::smallint[], %s::text[])
    AS d(provider, event_id, kind, payment_id, amount_minor, currency, provider_ref, call_id, occurred_at, outcome, detail)

-- name: add_refund
INSERT INTO {cell}.pay_refund (order_id, refund_id, amount_minor, lines, parts, reason, actor, approved_by, refunded_at,
    batch_number)
VALUES (%s, %s, %s, %s::bigint[], %s::bigint[], %s, %s, %s, %s, %s)

-- name: unpaid
-- Orders that wait for their money, and no longer should.
SELECT DISTINCT order_id FROM {cell}.pay_payment WHERE expires_at <= %s LIMIT %s

-- name: suspense_moved
SELECT ask_id, payment_id, way, amount_minor FROM {cell}.pay_suspense_move WHERE ask_id = ANY(%s)

-- name: add_suspense_move
INSERT INTO {cell}.pay_suspense_move (ask_id, order_id, payment_id, way, amount_minor, buyer_id, reason, actor,
    approved_by, moved_at, batch_number)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
