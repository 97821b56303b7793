-- name: tax_classes
-- The classes that are not the general one, with their SKUs packed: a category without a class has that of its parent.
WITH RECURSIVE classed AS (
    SELECT id, tax_class FROM catalog_category WHERE parent_id IS NULL AND tenant_id = %(tenant_id)s
    UNION ALL
    SELECT below.id, CASE WHEN below.tax_class = '' THEN classed.tax_class ELSE below.tax_class END
    FROM catalog_category AS below JOIN classed ON classed.id = below.parent_id
)
SELECT classed.tax_class, string_agg(int4send(sku.id), ''::bytea)
FROM classed
JOIN catalog_product AS product ON product.category_id = classed.id
JOIN catalog_sku AS sku ON sku.product_id = product.id AND sku.tenant_id = %(tenant_id)s
WHERE classed.tax_class NOT IN ('', %(general)s)
GROUP BY classed.tax_class ORDER BY classed.tax_class

-- name: offers
-- What is on and has not ended long since, with the SKUs it is for, packed.
WITH RECURSIVE wide AS (
    SELECT id, category_id FROM catalog_offer
    WHERE category_id IS NOT NULL AND tenant_id = %(tenant_id)s AND market_code = %(market_code)s AND is_on
    UNION
    SELECT wide.id, below.id FROM catalog_category AS below JOIN wide ON wide.category_id = below.parent_id
)
SELECT offer.id, offer.kind, offer.value, offer.buy, offer.pay, offer.min_quantity, offer.channel,
    coalesce(floor(extract(epoch FROM offer.starts_at) * 1000), 0)::bigint,
    floor(extract(epoch FROM offer.until) * 1000)::bigint,
    jsonb_build_object('en', offer.name) || offer.names,
    (SELECT string_agg(int4send(found.id), ''::bytea) FROM (
        SELECT offer.sku_id AS id WHERE offer.sku_id IS NOT NULL
        UNION ALL
        SELECT sku.id FROM catalog_sku AS sku WHERE sku.product_id = offer.product_id
        UNION ALL
        SELECT sku.id FROM wide
        JOIN catalog_product AS product ON product.category_id = wide.category_id
        JOIN catalog_sku AS sku ON sku.product_id = product.id
        WHERE wide.id = offer.id
        UNION ALL
        SELECT sku.id FROM catalog_sku AS sku
        WHERE sku.tenant_id = offer.tenant_id
            AND offer.sku_id IS NULL AND offer.product_id IS NULL AND offer.category_id IS NULL
    ) AS found)
FROM catalog_offer AS offer
WHERE offer.tenant_id = %(tenant_id)s AND offer.market_code = %(market_code)s AND offer.is_on
    AND (offer.until IS NULL OR offer.until > now() - interval '1 day')
ORDER BY offer.id

-- name: price_lists
-- In the order of their priority, each with its SKUs and prices packed.
SELECT list.id, list.channel, list.node_ids, coalesce(floor(extract(epoch FROM list.starts_at) * 1000), 0)::bigint,
    floor(extract(epoch FROM list.until) * 1000)::bigint,
    string_agg(int4send(price.sku_id), ''::bytea ORDER BY price.sku_id),
    string_agg(int4send(price.amount_minor), ''::bytea ORDER BY price.sku_id)
FROM catalog_pricelist AS list JOIN catalog_listprice AS price ON price.price_list_id = list.id
WHERE list.tenant_id = %(tenant_id)s AND list.market_code = %(market_code)s AND list.is_on
    AND (list.until IS NULL OR list.until > now() - interval '1 day')
GROUP BY list.id ORDER BY list.priority, list.id

-- name: covered
-- SKUs on sale that an offer would be for, with what they cost in its market; the most bought first.
WITH RECURSIVE wide AS (
    SELECT id FROM catalog_category WHERE slug = %(category)s AND tenant_id = %(tenant_id)s
    UNION
    SELECT below.id FROM catalog_category AS below JOIN wide ON wide.id = below.parent_id
)
SELECT sku.id, sku.code, product.id, product.name, product.names, price.amount_minor
FROM catalog_sku AS sku
JOIN catalog_product AS product ON product.id = sku.product_id
JOIN catalog_price AS price
    ON price.sku_id = sku.id AND price.market_code = %(market_code)s AND price.tenant_id = sku.tenant_id
WHERE sku.tenant_id = %(tenant_id)s AND sku.is_sold
    AND (%(sku_code)s::text IS NULL OR sku.code = %(sku_code)s)
    AND (%(product_id)s::integer IS NULL OR product.id = %(product_id)s)
    AND (%(category)s::text IS NULL OR product.category_id IN (SELECT id FROM wide))
ORDER BY product.popularity DESC, sku.id LIMIT %(limit)s

-- name: most_bought_of_class
-- SKUs on sale in a market whose tax class is this one (a category without a class has that of its parent); the most bought first.
WITH RECURSIVE classed AS (
    SELECT id, tax_class FROM catalog_category WHERE parent_id IS NULL AND tenant_id = %(tenant_id)s
    UNION ALL
    SELECT below.id, CASE WHEN below.tax_class = '' THEN classed.tax_class ELSE below.tax_class END
    FROM catalog_category AS below JOIN classed ON classed.id = below.parent_id
)
SELECT sku.code, product.id, jsonb_build_object('en', product.name) || product.names
FROM catalog_sku AS sku
JOIN catalog_product AS product ON product.id = sku.product_id
JOIN classed ON classed.id = product.category_id
JOIN catalog_price AS price
    ON price.sku_id = sku.id AND price.market_code = %(market_code)s AND price.tenant_id = sku.tenant_id
WHERE sku.tenant_id = %(tenant_id)s AND sku.is_sold AND coalesce(nullif(classed.tax_class, ''), %(general)s) = %(tax_class)s
ORDER BY product.popularity DESC, sku.id LIMIT %(limit)s

-- name: class_names
SELECT DISTINCT tax_class FROM catalog_category WHERE tenant_id = %(tenant_id)s AND tax_class <> '' ORDER BY tax_class
