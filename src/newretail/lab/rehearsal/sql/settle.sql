-- name: waiting
-- Calls that are to be made, and orders whose money has not come.
SELECT (SELECT count(*) FROM {cell}.pay_call WHERE due_at IS NOT NULL),
       (SELECT count(DISTINCT order_id) FROM {cell}.pay_payment WHERE expires_at IS NOT NULL)

-- name: time_passes
-- Only ever run in a shadow cell. A row that the engine writes just now is left to it: who holds no lock on the head must
-- not wait for whoever does.
UPDATE {cell}.pay_payment SET expires_at = %s WHERE payment_id IN (
    SELECT payment_id FROM {cell}.pay_payment WHERE expires_at IS NOT NULL FOR UPDATE SKIP LOCKED)

-- name: payments
SELECT payment_id, received_minor, returned_minor, charged_back_minor, held_minor FROM {cell}.pay_payment WHERE provider = %s

-- name: books
-- What the provider owes us (posted, and held), what is in suspense, what sales say (posted and held), what is to be paid
-- at the door, what the orders that stand cost less what was given back, and by how much the accounts do not balance.
SELECT coalesce((SELECT debits_posted - credits_posted FROM {cell}.pay_account WHERE account_id = %(clearing)s), 0),
       coalesce((SELECT debits_pending FROM {cell}.pay_account WHERE account_id = %(clearing)s), 0),
       coalesce((SELECT credits_posted - debits_posted FROM {cell}.pay_account WHERE account_id = %(suspense)s), 0),
       (SELECT coalesce(sum(credits_posted + credits_pending - debits_posted - debits_pending), 0) FROM {cell}.pay_account
        WHERE chart = %(sales)s),
       (SELECT coalesce(sum(amount_minor), 0) FROM {cell}.pay_payment p JOIN {cell}.trade_order o USING (order_id)
        WHERE p.tender = 8 AND p.state = 1 AND o.state <> 5),
       (SELECT coalesce(sum(o.total_minor), 0) FROM {cell}.trade_order o WHERE o.settlement > 0 AND o.state <> 5)
       - (SELECT coalesce(sum(r.amount_minor), 0) FROM {cell}.pay_refund r JOIN {cell}.trade_order o USING (order_id)
          WHERE o.state <> 5),
       (SELECT abs(coalesce(sum(debits_posted - credits_posted), 0)) + abs(coalesce(sum(debits_pending - credits_pending), 0))
        FROM {cell}.pay_account)

-- name: fates
-- Every order: where it stands, how it is settled, and the seconds from placed to paid of those that waited for a
-- provider; -1 of all others.
COPY (
    SELECT o.order_id, o.state, o.settlement, coalesce(extract(epoch FROM m.moved_at - b.placed_at)::float8, -1)
    FROM {cell}.trade_order o JOIN {cell}.trade_batch b ON b.batch_number = o.batch_number
    LEFT JOIN {cell}.trade_move m ON m.order_id = o.order_id AND m.from_state = 6 AND m.to_state = 1
) TO STDOUT (FORMAT BINARY)

-- name: events
SELECT kind, outcome, count(*) FROM {cell}.pay_event GROUP BY kind, outcome

-- name: given_back
-- Calls by what they ask for, but those that open a payment.
SELECT kind, count(*) FROM {cell}.pay_call WHERE kind > 1 GROUP BY kind
