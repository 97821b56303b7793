-- name: assortments
SELECT id, code, coalesce(names ->> %(language)s, name) AS name, coalesce(city_names ->> %(language)s, city) AS city, market_code,
    concat_ws(' ', name, city, names::text, city_names::text) AS all_names
FROM stock_node WHERE tenant_id = 1
