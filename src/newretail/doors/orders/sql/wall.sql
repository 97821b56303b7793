-- name: markets
SELECT m.code, m.name, m.currency_id, c.minor_digits, m.time_zone
FROM markets_market m JOIN markets_currency c ON c.code = m.currency_id ORDER BY m.code

-- name: rates
SELECT DISTINCT ON (base_id, quote_id) base_id, quote_id, rate::float8 FROM markets_exchangerate
WHERE on_date <= current_date ORDER BY base_id, quote_id, on_date DESC

-- name: nodes
SELECT id, city, market_code, latitude::float8, longitude::float8, city_names FROM stock_node WHERE tenant_id = %s ORDER BY id

-- name: homes
SELECT id, home_node_id FROM people_member WHERE id = ANY(%s) AND home_node_id IS NOT NULL
