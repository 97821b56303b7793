-- name: nodes
SELECT id, code, coalesce(names ->> %(language)s, name) AS name, kind, coalesce(city_names ->> %(language)s, city) AS city,
    address, opening, market_code, cell_id AS cell,
    concat_ws(' ', name, city, names::text, city_names::text) AS all_names
FROM stock_node WHERE tenant_id = 1
