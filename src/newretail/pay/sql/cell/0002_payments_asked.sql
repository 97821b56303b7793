-- What a payment was to pay when it was opened: a refund before the capture makes `amount_minor` less, and an order that
-- is sent again is still compared with what it said.
ALTER TABLE {cell}.pay_payment ADD COLUMN asked_minor bigint NOT NULL;
ALTER TABLE {cell}.pay_payment DROP CONSTRAINT amount_positive;
ALTER TABLE {cell}.pay_payment ADD CONSTRAINT amount_within_asked CHECK (amount_minor BETWEEN 0 AND asked_minor);
