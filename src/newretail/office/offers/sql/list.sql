-- name: offers
SELECT offer.id, offer.market_code, coalesce(offer.names ->> %(language)s, offer.name) AS name,
    offer.name || ' ' || offer.names::text AS all_names, offer.kind, offer.value, offer.buy, offer.pay,
    offer.min_quantity, offer.channel, offer.starts_at, offer.until, sku.code AS sku_code,
    offer.product_id, coalesce(product.names ->> %(language)s, product.name) AS product_name,
    category.slug AS category_slug, category.name AS category_name,
    CASE WHEN NOT offer.is_on THEN 'off' WHEN offer.until <= now() THEN 'over'
        WHEN offer.starts_at > now() THEN 'coming' ELSE 'running' END AS state
FROM catalog_offer AS offer
LEFT JOIN catalog_sku AS sku ON sku.id = offer.sku_id
LEFT JOIN catalog_product AS product ON product.id = coalesce(offer.product_id, sku.product_id)
LEFT JOIN catalog_category AS category ON category.id = offer.category_id
WHERE offer.tenant_id = 1
