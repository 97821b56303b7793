-- name: lines
-- What can be edited of a SKU: one row each, its prices by market. What follows says which.
SELECT sku.code, sku.id, product.id, product.name, product.brand, product.package_size, category.slug, sku.is_sold,
    sku.cap_per_buyer, (
        SELECT jsonb_object_agg(price.market_code, price.amount_minor) FROM catalog_price AS price
        WHERE price.sku_id = sku.id AND price.tenant_id = sku.tenant_id), product.names
FROM catalog_sku AS sku
JOIN catalog_product AS product ON product.id = sku.product_id
JOIN catalog_category AS category ON category.id = product.category_id

-- name: of_codes
WHERE sku.tenant_id = %(tenant)s AND sku.code = ANY(%(codes)s::text[]) ORDER BY sku.id

-- name: of_categories
-- Of these categories and all below them.
WHERE sku.tenant_id = %(tenant)s AND category.id IN (
    WITH RECURSIVE tree AS (
        SELECT id FROM catalog_category WHERE tenant_id = %(tenant)s AND slug = ANY(%(slugs)s::text[])
        UNION SELECT below.id FROM catalog_category AS below JOIN tree ON below.parent_id = tree.id
    ) SELECT id FROM tree
) ORDER BY sku.id

-- name: of_products
WHERE sku.tenant_id = %(tenant)s AND sku.product_id = ANY(%(product_ids)s::int[]) ORDER BY sku.id

-- name: of_skus
WHERE sku.tenant_id = %(tenant)s AND sku.id = ANY(%(sku_ids)s::int[]) ORDER BY sku.id

-- name: lock_codes
-- In the order of ids, so that two editors wait for each other and never lock each other out.
SELECT id FROM catalog_sku WHERE tenant_id = %(tenant)s AND code = ANY(%(codes)s::text[]) ORDER BY id FOR UPDATE

-- name: lock_making
-- New ids are the next dense ones, so only one transaction at a time may make them.
SELECT revision FROM catalog_catalogrevision WHERE id = 1 FOR UPDATE

-- name: last_ids
SELECT (SELECT coalesce(max(id), 0) FROM catalog_product), (SELECT coalesce(max(id), 0) FROM catalog_sku)

-- name: categories
SELECT category.slug, category.name, coalesce(parent.name, '')
FROM catalog_category AS category LEFT JOIN catalog_category AS parent ON parent.id = category.parent_id
WHERE category.tenant_id = %(tenant)s ORDER BY coalesce(parent.name, category.name), parent.id IS NOT NULL, category.name

-- name: add_products
INSERT INTO catalog_product (id, tenant_id, name, brand, package_size, category_id, manufacturer_code, source_name,
    popularity, names)
SELECT d.id, %(tenant)s, d.name, d.brand, d.package_size, category.id, '', '', 0, d.said::jsonb
FROM unnest(%(ids)s::int[], %(names)s::text[], %(brands)s::text[], %(sizes)s::text[], %(slugs)s::text[], %(said)s::text[])
    AS d(id, name, brand, package_size, slug, said)
JOIN catalog_category AS category ON category.slug = d.slug AND category.tenant_id = %(tenant)s

-- name: change_products
UPDATE catalog_product AS product SET name = d.name, brand = d.brand, package_size = d.package_size,
    category_id = category.id, names = d.said::jsonb
FROM unnest(%(ids)s::int[], %(names)s::text[], %(brands)s::text[], %(sizes)s::text[], %(slugs)s::text[], %(said)s::text[])
    AS d(id, name, brand, package_size, slug, said)
JOIN catalog_category AS category ON category.slug = d.slug AND category.tenant_id = %(tenant)s
WHERE product.id = d.id AND product.tenant_id = %(tenant)s

-- name: add_skus
INSERT INTO catalog_sku (id, tenant_id, code, product_id, is_sold, cap_per_buyer)
SELECT d.id, %(tenant)s, d.code, d.product_id, d.is_sold, d.cap
FROM unnest(%(ids)s::int[], %(codes)s::text[], %(product_ids)s::int[], %(sold)s::boolean[], %(caps)s::int[])
    AS d(id, code, product_id, is_sold, cap)

-- name: change_skus
UPDATE catalog_sku AS sku SET is_sold = d.is_sold, cap_per_buyer = d.cap
FROM unnest(%(ids)s::int[], %(sold)s::boolean[], %(caps)s::int[]) AS d(id, is_sold, cap)
WHERE sku.id = d.id AND sku.tenant_id = %(tenant)s

-- name: put_prices
INSERT INTO catalog_price (tenant_id, market_code, sku_id, currency, amount_minor)
SELECT %(tenant)s, d.market_code, d.sku_id, d.currency, d.amount_minor
FROM unnest(%(skus)s::int[], %(markets)s::text[], %(currencies)s::text[], %(amounts)s::int[])
    AS d(sku_id, market_code, currency, amount_minor)
ON CONFLICT (tenant_id, market_code, sku_id) DO UPDATE
SET currency = excluded.currency, amount_minor = excluded.amount_minor

-- name: drop_prices
DELETE FROM catalog_price AS price
USING unnest(%(skus)s::int[], %(markets)s::text[]) AS d(sku_id, market_code)
WHERE price.sku_id = d.sku_id AND price.market_code = d.market_code AND price.tenant_id = %(tenant)s
