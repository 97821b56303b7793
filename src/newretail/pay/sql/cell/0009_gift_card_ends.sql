-- The moment from which a gift card cannot pay any more; NULL: it has no end. Its account closes then (pay_account.closed_from).
ALTER TABLE {cell}.pay_card_request ADD COLUMN expires_at timestamptz;
ALTER TABLE {cell}.pay_card_request ADD CONSTRAINT only_issued_cards_end CHECK (expires_at IS NULL OR deed = 1);
ALTER TABLE {cell}.pay_gift_card ADD COLUMN expires_at timestamptz;
CREATE INDEX pay_gift_card_by_end ON {cell}.pay_gift_card (expires_at) WHERE expires_at IS NOT NULL AND state = 1;
