-- name: of_market
SELECT id AS node_id, code AS node_code, name AS node_name, kind, city, market_code, cell_id AS cell
FROM stock_node WHERE tenant_id = %s AND market_code = %s ORDER BY city, name, id

-- name: all
SELECT id AS node_id, code AS node_code, name AS node_name, kind, city, market_code, cell_id AS cell
FROM stock_node WHERE tenant_id = %s ORDER BY market_code, city, name, id

-- name: by_ids
SELECT id AS node_id, code AS node_code, name AS node_name, kind, city, market_code, cell_id AS cell
FROM stock_node WHERE tenant_id = %s AND id = ANY (%s)

-- name: by_code
SELECT id AS node_id, code AS node_code, name AS node_name, kind, city, market_code, cell_id AS cell
FROM stock_node WHERE tenant_id = %s AND code = %s

-- name: near
SELECT id AS node_id, code AS node_code, name AS node_name, kind, city, market_code, cell_id AS cell
FROM stock_node WHERE tenant_id = %s AND market_code = %s
ORDER BY code <> %s, id <> %s, id LIMIT 1

-- name: place
UPDATE stock_node SET cell_id = %s WHERE id = %s

-- name: points
SELECT id, latitude, longitude FROM stock_node WHERE tenant_id = %s AND market_code = %s

-- name: with_points
SELECT id, code, name, kind, city, market_code, cell_id, latitude::float8, longitude::float8
FROM stock_node WHERE tenant_id = %s AND market_code = %s ORDER BY id
