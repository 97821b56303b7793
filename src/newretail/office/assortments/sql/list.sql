-- name: assortments
SELECT id, code, name, city, market_code FROM stock_node WHERE tenant_id = 1
