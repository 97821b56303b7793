-- name: add_request
INSERT INTO {cell}.pay_card_request (request_id, deed, account_id, cards, value_minor, amount_minor, reason, state,
    needs_approval, requested_by, requested_at, decided_by, decided_at, expires_at, note)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, '') ON CONFLICT (request_id) DO NOTHING

-- name: request
SELECT request_id, deed, account_id, cards, value_minor, amount_minor, reason, state, needs_approval, requested_by,
       requested_at, decided_by, decided_at, note, codes_taken_by, codes_taken_at, expires_at
FROM {cell}.pay_card_request WHERE request_id = %s FOR UPDATE

-- name: decide
UPDATE {cell}.pay_card_request SET state = %s, decided_by = %s, decided_at = %s, note = %s WHERE request_id = %s

-- name: end
UPDATE {cell}.pay_card_request SET state = %s, note = CASE WHEN %s = '' THEN note ELSE %s END WHERE request_id = %s

-- name: allowed
-- What was decided and not carried out, the oldest first.
SELECT request_id FROM {cell}.pay_card_request WHERE state = 2 ORDER BY requested_at

-- name: waiting_for_card
-- Whether something about a card waits for a second person, or to be carried out.
SELECT EXISTS (SELECT FROM {cell}.pay_card_request WHERE account_id = %s AND state IN (1, 2))

-- name: take_codes
UPDATE {cell}.pay_card_request SET codes_taken_by = %s, codes_taken_at = %s WHERE request_id = %s

-- name: add_card
INSERT INTO {cell}.pay_gift_card (account_id, request_id, ending, value_minor, issued_at, expires_at, state)
VALUES (%s, %s, %s, %s, %s, %s, 1) ON CONFLICT (account_id) DO NOTHING

-- name: cards_of
SELECT account_id FROM {cell}.pay_gift_card WHERE request_id = %s ORDER BY account_id

-- name: card
SELECT account_id, ending, value_minor, issued_at, state, changed_by_id, hold_id, request_id, expires_at
FROM {cell}.pay_gift_card WHERE account_id = %s FOR UPDATE

-- name: change_card
UPDATE {cell}.pay_gift_card SET state = %s, changed_by_id = %s WHERE account_id = %s

-- name: past_their_end
-- Good cards past their end with something on them that can be taken, and all that was ever taken from each.
SELECT g.account_id, g.expires_at, a.credits_posted - a.debits_posted - a.debits_pending, a.debits_posted
FROM {cell}.pay_gift_card g JOIN {cell}.pay_account a ON a.account_id = g.account_id
WHERE g.expires_at <= %s AND g.state = 1 AND a.credits_posted > a.debits_posted + a.debits_pending
ORDER BY g.account_id

-- name: came_since
-- What came onto a card from a moment on, by the postings that are filed (debits count as positive there).
SELECT coalesce(-sum(p.amount_minor), 0)
FROM {cell}.pay_posting p JOIN {cell}.pay_batch b ON b.batch_number = p.batch_number
WHERE p.account_id = %s AND p.amount_minor < 0 AND b.posted_at >= %s

-- name: give_time
UPDATE {cell}.pay_gift_card SET expires_at = %s WHERE account_id = %s AND expires_at = %s AND state = 1

-- name: held
SELECT t.amount_minor FROM {cell}.pay_pending p JOIN {cell}.pay_transfer t ON t.transfer_id = p.transfer_id
WHERE p.transfer_id = %s

-- name: unlisted
-- Cards that are in the books and were never written down here, with their first posting.
SELECT a.account_id, -p.amount_minor, b.posted_at
FROM {cell}.pay_account a
CROSS JOIN LATERAL (
    SELECT amount_minor, batch_number FROM {cell}.pay_posting WHERE account_id = a.account_id
    ORDER BY batch_number, transfer_id LIMIT 1
) AS p
JOIN {cell}.pay_batch b ON b.batch_number = p.batch_number
WHERE a.account_id > %s AND a.account_id <= %s AND p.amount_minor < 0
  AND NOT EXISTS (SELECT FROM {cell}.pay_gift_card g WHERE g.account_id = a.account_id)
