-- Who was given money back lately is told so by mail.
CREATE INDEX pay_refund_by_time ON {cell}.pay_refund (refunded_at);
