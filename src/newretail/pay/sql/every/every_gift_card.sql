SELECT {name}::text AS cell, t.*, coalesce(a.credits_posted - a.debits_posted, 0) AS balance_minor,
       coalesce(a.debits_pending, 0) AS held_minor, r.reason, r.requested_by, r.state AS request_state
FROM {cell}.pay_gift_card t
LEFT JOIN {cell}.pay_account a ON a.account_id = t.account_id
LEFT JOIN {cell}.pay_card_request r ON r.request_id = t.request_id
