-- How an order is paid (pay/payments/rules.Settlement); 0: on account, outside these books.
ALTER TABLE {cell}.trade_order ADD COLUMN settlement smallint NOT NULL DEFAULT 0;
