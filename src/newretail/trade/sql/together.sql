-- name: baskets
-- The newest orders of two lines or more, packed: how many lines each has, whose it is,
-- and their SKUs one after the other.
WITH newest AS MATERIALIZED (
    SELECT order_id, buyer_id, lines FROM {cell}.trade_order
    WHERE state <> %(cancelled)s AND array_length(lines, 1) > 1
    ORDER BY order_id DESC LIMIT %(limit)s
)
SELECT (SELECT string_agg(int4send(array_length(lines, 1)), ''::bytea ORDER BY order_id) FROM newest),
    (SELECT string_agg(int8send(buyer_id), ''::bytea ORDER BY order_id) FROM newest),
    (SELECT string_agg(int4send(lines[line.number][1]), ''::bytea ORDER BY order_id, line.number)
     FROM newest CROSS JOIN LATERAL generate_subscripts(lines, 1) AS line(number))
