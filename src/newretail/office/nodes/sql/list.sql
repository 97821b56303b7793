-- name: nodes
SELECT id, code, name, kind, city, address, opening, market_code, cell_id AS cell FROM stock_node WHERE tenant_id = 1
