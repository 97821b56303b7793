-- name: products
SELECT sku.id AS sku_id, sku.code, product.id AS product_id,
    coalesce(product.names ->> %(language)s, product.name) AS name, product.brand, product.package_size,
    product.category_id, category.slug AS category_slug, category.name AS category_name,
    coalesce(category.parent_id, category.id) AS department_id, sku.is_sold, sku.cap_per_buyer,
    product.popularity::bigint AS popularity, price.amount_minor::bigint AS amount_minor, price.currency,
    coalesce(price.amount_minor, 0)::bigint AS price
FROM catalog_sku AS sku
JOIN catalog_product AS product ON product.id = sku.product_id
JOIN catalog_category AS category ON category.id = product.category_id
LEFT JOIN catalog_price AS price
    ON price.sku_id = sku.id AND price.market_code = %(market)s AND price.tenant_id = sku.tenant_id
WHERE sku.tenant_id = 1

-- name: search
-- A condition of the list above: the SKU has this code, or the product these words.
listed.sku_id IN (
    SELECT id FROM catalog_sku WHERE code = %(words)s AND tenant_id = 1
    UNION ALL
    SELECT sku.id FROM catalog_product AS product JOIN catalog_sku AS sku ON sku.product_id = product.id
    WHERE product.search @@ (websearch_to_tsquery('english', %(words)s) || websearch_to_tsquery('simple', %(words)s))
        OR product.names::text ILIKE %(named)s)

-- name: category
listed.category_slug = %(category)s
OR listed.department_id = (SELECT id FROM catalog_category WHERE slug = %(category)s AND tenant_id = 1)
