-- name: names
SELECT id, code, name, city FROM stock_node WHERE tenant_id = %s

-- name: by_code
SELECT id, cell_id FROM stock_node WHERE tenant_id = %s AND code = %s

-- name: skus
SELECT code, id FROM catalog_sku WHERE tenant_id = %s AND code = ANY(%s)
