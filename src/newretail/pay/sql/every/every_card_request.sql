SELECT {name}::text AS cell, t.*, g.ending FROM {cell}.pay_card_request t
LEFT JOIN {cell}.pay_gift_card g ON g.account_id = t.account_id
