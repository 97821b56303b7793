-- name: by_node
SELECT node_id, count(*) AS skus, count(*) FILTER (WHERE on_hand <= 0) AS empty, sum(on_hand) AS on_hand
FROM every_pool WHERE node_id = ANY(%(node_ids)s::int[]) GROUP BY node_id

-- name: by_category
-- Every category that has something on sale or something here: how many SKUs are on sale, how many of all are sold here.
SELECT category.slug, count(*) FILTER (WHERE sku.is_sold) AS on_sale, count(pool.sku_id) AS skus,
    count(*) FILTER (WHERE pool.on_hand <= 0) AS empty, coalesce(sum(pool.on_hand), 0) AS on_hand,
    coalesce(sum(pool.reserved), 0) AS reserved
FROM catalog_sku AS sku
JOIN catalog_product AS product ON product.id = sku.product_id
JOIN catalog_category AS category ON category.id = product.category_id
LEFT JOIN every_pool AS pool ON pool.sku_id = sku.id AND pool.node_id = %(node_id)s
WHERE sku.tenant_id = 1
GROUP BY category.slug
HAVING count(*) FILTER (WHERE sku.is_sold) + count(pool.sku_id) > 0
