-- name: of_market
-- Said in the reader's language where it has a name in it. Chinese cities stand in the order of their Latin names, which
-- is that of pinyin; the shorter name first, so that store 2 comes before store 10.
SELECT id AS node_id, code AS node_code, coalesce(names ->> %(language)s, name) AS node_name, kind,
    coalesce(city_names ->> %(language)s, city) AS city, market_code, cell_id AS cell
FROM stock_node WHERE tenant_id = %(tenant)s AND market_code = %(market)s
ORDER BY CASE WHEN %(language)s = 'zh-hans' THEN stock_node.city
    ELSE coalesce(city_names ->> %(language)s, stock_node.city) END, length(name), name, id

-- name: all
SELECT id AS node_id, code AS node_code, coalesce(names ->> %(language)s, name) AS node_name, kind,
    coalesce(city_names ->> %(language)s, city) AS city, market_code, cell_id AS cell
FROM stock_node WHERE tenant_id = %(tenant)s
ORDER BY market_code, CASE WHEN %(language)s = 'zh-hans' THEN stock_node.city
    ELSE coalesce(city_names ->> %(language)s, stock_node.city) END, length(name), name, id

-- name: by_ids
SELECT id AS node_id, code AS node_code, coalesce(names ->> %(language)s, name) AS node_name, kind,
    coalesce(city_names ->> %(language)s, city) AS city, market_code, cell_id AS cell
FROM stock_node WHERE tenant_id = %(tenant)s AND id = ANY (%(node_ids)s)

-- name: by_code
SELECT id AS node_id, code AS node_code, coalesce(names ->> %(language)s, name) AS node_name, kind,
    coalesce(city_names ->> %(language)s, city) AS city, market_code, cell_id AS cell
FROM stock_node WHERE tenant_id = %(tenant)s AND code = %(code)s

-- name: near
SELECT id AS node_id, code AS node_code, coalesce(names ->> %(language)s, name) AS node_name, kind,
    coalesce(city_names ->> %(language)s, city) AS city, market_code, cell_id AS cell
FROM stock_node WHERE tenant_id = %(tenant)s AND market_code = %(market)s
ORDER BY code <> %(code)s, id <> %(node_id)s, id LIMIT 1

-- name: place
UPDATE stock_node SET cell_id = %s WHERE id = %s

-- name: with_points
-- And what it is called in any language, for whoever looks for it.
SELECT id, code, coalesce(names ->> %(language)s, name), kind, coalesce(city_names ->> %(language)s, city), market_code,
    cell_id, latitude::float8, longitude::float8,
    concat_ws(' ', name, city,
        (SELECT string_agg(value, ' ') FROM jsonb_each_text(names)),
        (SELECT string_agg(value, ' ') FROM jsonb_each_text(city_names)))
FROM stock_node WHERE tenant_id = %(tenant)s AND market_code = %(market)s ORDER BY id
