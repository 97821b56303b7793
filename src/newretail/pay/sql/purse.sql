-- name: movements
-- Postings count debits as positive; a shopper's account is one of credits, so the reader turns the signs.
SELECT p.batch_number, p.transfer_id, p.amount_minor, p.balance_minor, t.code, t.subject_id, b.posted_at
FROM {cell}.pay_posting p
JOIN {cell}.pay_transfer t ON t.transfer_id = p.transfer_id
JOIN {cell}.pay_batch b ON b.batch_number = p.batch_number
WHERE p.account_id = %s AND (p.batch_number, p.transfer_id) < (%s, %s)
ORDER BY p.batch_number DESC, p.transfer_id DESC LIMIT %s

-- name: refunded_since
SELECT order_id, refund_id, amount_minor, refunded_at FROM {cell}.pay_refund
WHERE refunded_at > %s ORDER BY refunded_at LIMIT %s

-- name: cards
-- The gift cards among these accounts: whether each is good (1), and when it ends.
SELECT account_id, state = 1, expires_at FROM {cell}.pay_gift_card WHERE account_id = ANY (%s::bigint[])
