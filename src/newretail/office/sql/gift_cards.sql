-- name: cards
-- What is on a card is its account's. Money that a request has allowed and not posted yet is on its way.
SELECT account_id, cell, request_id, ending, '•••• ' || ending AS name, value_minor, balance_minor, held_minor, issued_at, expires_at,
    coalesce(reason, '') AS reason, coalesce(staff.email, requested_by, '') AS requested_by,
    CASE WHEN state = 3 THEN 'void' WHEN state = 2 THEN 'blocked' WHEN request_state = 2 THEN 'coming'
        WHEN expires_at <= now() THEN 'ended' WHEN balance_minor = 0 THEN 'used' ELSE 'good' END AS state
FROM every_gift_card
LEFT JOIN people_member AS staff
    ON staff.id = CASE WHEN requested_by ~ '^staff [0-9]{1,18}$' THEN substr(requested_by, 7)::bigint END

-- name: open
-- What waits for a second person, for the books, or for somebody to take the codes; the oldest first.
SELECT * FROM every_card_request
WHERE state IN (1, 2) OR (deed = 1 AND state = 4 AND codes_taken_at IS NULL)
ORDER BY requested_at LIMIT %(limit)s

-- name: of_card
SELECT * FROM every_card_request
WHERE cell = %(cell)s AND (account_id = %(account_id)s OR request_id = %(request_id)s) ORDER BY requested_at DESC LIMIT 50
