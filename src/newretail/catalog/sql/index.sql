-- name: revision
SELECT coalesce(max(revision), 1) FROM catalog_catalogrevision

-- name: columns
-- Every product that is sold in the market with its cheapest SKU, the most bought first. Packed, as the snapshot is:
-- one row whatever the number of products. A phrase is a name without the size at its end.
WITH sold AS (
    SELECT DISTINCT ON (sku.product_id) sku.product_id, sku.id AS sku_id, price.amount_minor
    FROM catalog_sku AS sku
    JOIN catalog_price AS price ON price.sku_id = sku.id AND price.market_code = %(market)s
        AND price.tenant_id = sku.tenant_id
    WHERE sku.tenant_id = %(tenant)s AND sku.is_sold
    ORDER BY sku.product_id, price.amount_minor, sku.id
), wares AS (
    SELECT product.id, product.category_id, product.brand, product.package_size, product.names, sold.sku_id,
        sold.amount_minor, product.popularity, row_number() OVER (ORDER BY product.popularity DESC, product.id) AS place,
        CASE WHEN product.package_size <> '' AND right(product.name, length(product.package_size) + 2)
            = ', ' || product.package_size
            THEN left(product.name, -length(product.package_size) - 2) ELSE product.name END AS phrase
    FROM sold JOIN catalog_product AS product ON product.id = sold.product_id
), coded AS (
    SELECT wares.*, dense_rank() OVER (ORDER BY brand) - 1 AS brand_code,
        dense_rank() OVER (ORDER BY phrase) - 1 AS phrase_code
    FROM wares
)
SELECT string_agg(int4send(id), ''::bytea ORDER BY place),
    string_agg(int4send(category_id), ''::bytea ORDER BY place),
    string_agg(int4send(brand_code::int), ''::bytea ORDER BY place),
    string_agg(int4send(phrase_code::int), ''::bytea ORDER BY place),
    string_agg(int4send(sku_id), ''::bytea ORDER BY place),
    string_agg(int4send(amount_minor), ''::bytea ORDER BY place),
    string_agg(int4send(popularity), ''::bytea ORDER BY place),
    string_agg(translate(package_size, E'\n', ' '), E'\n' ORDER BY place),
    string_agg(translate(coalesce(names ->> 'ko', ''), E'\n', ' '), E'\n' ORDER BY place),
    string_agg(translate(coalesce(names ->> 'zh-hans', ''), E'\n', ' '), E'\n' ORDER BY place),
    (SELECT array_agg(brand ORDER BY brand) FROM (SELECT DISTINCT brand FROM coded) AS brands),
    (SELECT array_agg(phrase ORDER BY phrase) FROM (SELECT DISTINCT phrase FROM coded) AS phrases)
FROM coded

-- name: tree
SELECT id, parent_id, slug, name FROM catalog_category WHERE tenant_id = %(tenant)s ORDER BY name, id

-- name: brand_names
SELECT brand, names::text FROM catalog_brandname WHERE tenant_id = %(tenant)s AND names <> '{}'
