-- name: price_lists
SELECT list.id, list.market_code, list.name, list.priority::bigint AS priority, list.channel, list.node_ids,
    list.starts_at, list.until,
    (SELECT count(*) FROM catalog_listprice AS price WHERE price.price_list_id = list.id) AS prices,
    CASE WHEN NOT list.is_on THEN 'off' WHEN list.until <= now() THEN 'over'
        WHEN list.starts_at > now() THEN 'coming' ELSE 'running' END AS state
FROM catalog_pricelist AS list
WHERE list.tenant_id = 1

-- name: prices
SELECT sku.code, product.id AS product_id, coalesce(product.names ->> %(language)s, product.name) AS name,
    product.search, product.names::text AS all_names, list.market_code,
    price.amount_minor::bigint AS amount, base.amount_minor::bigint AS base
FROM catalog_listprice AS price
JOIN catalog_pricelist AS list ON list.id = price.price_list_id
JOIN catalog_sku AS sku ON sku.id = price.sku_id
JOIN catalog_product AS product ON product.id = sku.product_id
LEFT JOIN catalog_price AS base
    ON base.sku_id = sku.id AND base.market_code = list.market_code AND base.tenant_id = list.tenant_id
WHERE list.tenant_id = 1 AND list.id = %(list)s

-- name: search
-- A condition of the list above: the SKU has this code, or the product these words.
listed.code = %(words)s
OR listed.search @@ (websearch_to_tsquery('english', %(words)s) || websearch_to_tsquery('simple', %(words)s))
OR listed.all_names ILIKE %(named)s
