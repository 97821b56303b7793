-- name: refresh_search
-- Words that a product is found by: its name first, then its category, then brand, maker and SKU codes.
UPDATE catalog_product AS product SET search =
    setweight(to_tsvector('english', product.name), 'A')
    || setweight(to_tsvector('english', category.name || ' ' || coalesce(parent.name, '')), 'B')
    || setweight(to_tsvector('simple', product.brand || ' ' || product.manufacturer_code || ' '
        || coalesce((SELECT string_agg(sku.code, ' ') FROM catalog_sku AS sku WHERE sku.product_id = product.id), '')), 'C')
FROM catalog_category AS category
LEFT JOIN catalog_category AS parent ON parent.id = category.parent_id
WHERE category.id = product.category_id
    AND (%(product_ids)s::int[] IS NULL OR product.id = ANY(%(product_ids)s::int[]))
    AND (%(category_id)s::int IS NULL OR category.id = %(category_id)s OR parent.id = %(category_id)s)

-- name: wares
-- What all lists have in common: one row a product, with its cheapest SKU that is sold in the market. The part
-- between WITH and this is one of the statements below; it gives `chosen` (product_id, place) and `total`.
SELECT chosen.total, product.id, sku.id, sku.code, coalesce(product.names ->> %(language)s, product.name), product.brand,
    product.package_size, category.id, category.name, category.slug, sku.amount_minor, sku.currency, sku.cap_per_buyer,
    product.picture, product.name
FROM chosen
JOIN catalog_product AS product ON product.id = chosen.product_id
JOIN catalog_category AS category ON category.id = product.category_id
JOIN LATERAL (
    SELECT sku.id, sku.code, sku.cap_per_buyer, price.amount_minor, price.currency
    FROM catalog_sku AS sku
    JOIN catalog_price AS price ON price.sku_id = sku.id AND price.market_code = %(market)s
        AND price.tenant_id = sku.tenant_id
    WHERE sku.product_id = product.id AND sku.is_sold
    ORDER BY price.amount_minor, sku.id LIMIT 1
) AS sku ON true
ORDER BY chosen.place

-- name: popular
WITH chosen AS (
    SELECT product.id AS product_id, row_number() OVER (ORDER BY product.popularity DESC, product.id) AS place, 0 AS total
    FROM catalog_product AS product
    WHERE product.tenant_id = %(tenant)s AND EXISTS (
        SELECT FROM catalog_sku AS sku
        JOIN catalog_price AS price ON price.sku_id = sku.id AND price.market_code = %(market)s
        WHERE sku.product_id = product.id AND sku.is_sold)
    ORDER BY product.popularity DESC, product.id LIMIT %(limit)s
)

-- name: label
-- What a picture is drawn from: by its English name, whoever looks at it.
SELECT product.name, product.brand, product.package_size, category.name, coalesce(parent.name, category.name)
FROM catalog_product AS product
JOIN catalog_category AS category ON category.id = product.category_id
LEFT JOIN catalog_category AS parent ON parent.id = category.parent_id
WHERE product.id = %(product_id)s AND product.tenant_id = %(tenant)s

-- name: name_of
SELECT coalesce(names ->> %(language)s, name) FROM catalog_product WHERE id = %(product_id)s AND tenant_id = %(tenant)s

-- name: by_sku
SELECT 0, product.id, sku.id, sku.code, coalesce(product.names ->> %(language)s, product.name), product.brand,
    product.package_size, category.id, category.name, category.slug, price.amount_minor, price.currency,
    sku.cap_per_buyer, product.picture, product.name
FROM catalog_sku AS sku
JOIN catalog_price AS price ON price.sku_id = sku.id AND price.market_code = %(market)s AND price.tenant_id = sku.tenant_id
JOIN catalog_product AS product ON product.id = sku.product_id
JOIN catalog_category AS category ON category.id = product.category_id
WHERE sku.tenant_id = %(tenant)s AND sku.is_sold
    AND (sku.code = ANY(%(codes)s::text[]) OR sku.product_id = %(product_id)s)
ORDER BY price.amount_minor, sku.id

-- name: product
-- One product with its category, that one's parent, and every SKU of it that is sold in the market; without any: one row.
SELECT product.id, coalesce(product.names ->> %(language)s, product.name), product.name, product.brand, product.package_size,
    category.id, category.name, category.slug, parent.id, parent.name, parent.slug, sold.id, sold.code, sold.amount_minor, sold.currency, sold.cap_per_buyer
FROM catalog_product AS product
JOIN catalog_category AS category ON category.id = product.category_id
LEFT JOIN catalog_category AS parent ON parent.id = category.parent_id
LEFT JOIN LATERAL (
    SELECT sku.id, sku.code, price.amount_minor, price.currency, sku.cap_per_buyer FROM catalog_sku AS sku
    JOIN catalog_price AS price ON price.sku_id = sku.id AND price.market_code = %(market)s
        AND price.tenant_id = sku.tenant_id
    WHERE sku.product_id = product.id AND sku.tenant_id = %(tenant)s AND sku.is_sold
) AS sold ON true
WHERE product.id = %(product_id)s AND product.tenant_id = %(tenant)s
ORDER BY sold.amount_minor, sold.id

-- name: by_products
-- The products that are named, in the order in which they are.
WITH chosen AS (
    SELECT named.product_id, named.place, 0 AS total
    FROM unnest(%(products)s::int[]) WITH ORDINALITY AS named (product_id, place)
)

-- name: beside_product
-- What is bought together with a product (place below 1000), then the products that are named.
WITH chosen AS (
    SELECT together.other_id AS product_id, together.place::bigint AS place, 1 AS total
    FROM catalog_together AS together WHERE together.product_id = %(product_id)s
    UNION ALL
    SELECT named.product_id, 1000 + named.place, 0
    FROM unnest(%(products)s::int[]) WITH ORDINALITY AS named (product_id, place)
)

-- name: hits
-- All products that fit, the best first: how well the words fit, times (by its logarithm) how often it is bought. Packed.
WITH query AS MATERIALIZED (
    SELECT websearch_to_tsquery('english', %(words)s) && to_tsquery('english', %(prefix)s)
        || websearch_to_tsquery('simple', %(all_words)s) AS words
)
SELECT string_agg(int4send(product.id), ''::bytea
    ORDER BY ts_rank(product.search, query.words, 1) * ln(product.popularity + 3) DESC, product.id)
FROM catalog_product AS product, query
WHERE product.search @@ query.words AND product.tenant_id = %(tenant)s

-- name: shelf
-- A category with its parent and its children, each with its kind.
SELECT category.id, category.slug, category.name, CASE
    WHEN category.id = here.id THEN 'here' WHEN category.id = here.parent_id THEN 'parent' ELSE 'child' END
FROM catalog_category AS here
JOIN catalog_category AS category ON category.id IN (here.id, here.parent_id) OR category.parent_id = here.id
WHERE here.tenant_id = %(tenant)s AND (here.slug = %(slug)s OR here.id = %(category_id)s)
ORDER BY category.name

-- name: top
SELECT id, slug, name FROM catalog_category WHERE parent_id IS NULL AND tenant_id = %(tenant)s ORDER BY name

-- name: sku_names
SELECT sku.id, sku.code, coalesce(product.names ->> %(language)s, product.name)
FROM catalog_sku AS sku JOIN catalog_product AS product ON product.id = sku.product_id
WHERE sku.id = ANY(%(sku_ids)s::int[])

-- name: sku_id
SELECT id FROM catalog_sku WHERE code = %(code)s AND tenant_id = %(tenant)s

-- name: find_skus
-- For people who work here: everything that fits, sold or not; a code comes first.
WITH query AS MATERIALIZED (
    SELECT websearch_to_tsquery('english', %(words)s) || websearch_to_tsquery('simple', %(words)s) AS words
)
(SELECT sku.id FROM catalog_sku AS sku WHERE sku.tenant_id = %(tenant)s AND sku.code = %(words)s)
UNION ALL
(SELECT sku.id FROM query
JOIN catalog_product AS product ON product.search @@ query.words OR product.names::text ILIKE %(named)s
JOIN catalog_sku AS sku ON sku.product_id = product.id
WHERE sku.tenant_id = %(tenant)s AND sku.code <> %(words)s
ORDER BY product.popularity DESC, sku.id LIMIT %(limit)s)
