-- How an order is paid (pay/payments/rules.Settlement); 0: on account, outside these books.
ALTER TABLE {cell}.trade_order ADD COLUMN settlement smallint NOT NULL DEFAULT 0;
-- Batches that only moved money of orders, or opened, ended or refunded payments.
ALTER TABLE {cell}.trade_batch DROP CONSTRAINT trade_batch_kind_check;
ALTER TABLE {cell}.trade_batch ADD CONSTRAINT trade_batch_kind_check CHECK (kind IN ('place', 'move', 'import', 'pay'));
