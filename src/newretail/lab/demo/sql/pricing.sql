-- name: tax_classes
UPDATE catalog_category SET tax_class = %s WHERE tenant_id = %s AND name = ANY(%s)

-- name: tax_rate
INSERT INTO markets_taxrate (market_id, tax_class, from_day, basis_points) VALUES (%s, %s, %s, %s)
ON CONFLICT (market_id, tax_class, from_day) DO NOTHING

-- name: tariff
INSERT INTO markets_shippingtariff (market_id, way, fee_minor, free_from_minor, is_taxed) VALUES (%s, %s, %s, %s, true)
ON CONFLICT (market_id, way) DO NOTHING

-- name: offer
-- For the category of that name whose products are bought most.
INSERT INTO catalog_offer (tenant_id, market_code, name, names, kind, value, buy, pay, min_quantity, category_id, channel,
    is_on)
SELECT given.*, category.id, 0, true
FROM (VALUES (%s::smallint, %s, %s, %s::jsonb, %s::smallint, %s::int, %s::smallint, %s::smallint, %s::int)) AS given
CROSS JOIN LATERAL (
    SELECT category.id FROM catalog_category AS category
    JOIN catalog_product AS product ON product.category_id = category.id
    WHERE category.name = %s GROUP BY category.id ORDER BY sum(product.popularity) DESC LIMIT 1
) AS category

-- name: price_list
INSERT INTO catalog_pricelist (tenant_id, market_code, name, priority, channel, node_ids, is_on)
VALUES (%s, %s, %s, 0, %s, '{}', true)
ON CONFLICT (tenant_id, market_code, name) DO UPDATE SET is_on = true RETURNING id

-- name: list_prices
-- The most bought, a little cheaper, in whole price steps of the currency.
INSERT INTO catalog_listprice (price_list_id, sku_id, amount_minor)
SELECT %s, found.id, greatest(found.step, found.amount_minor * %s / 100 / found.step * found.step)
FROM (
    SELECT sku.id, price.amount_minor, currency.price_step_minor AS step
    FROM catalog_product AS product
    JOIN catalog_sku AS sku ON sku.product_id = product.id AND sku.is_sold
    JOIN catalog_price AS price ON price.sku_id = sku.id AND price.market_code = %s
    JOIN markets_currency AS currency ON currency.code = price.currency
    WHERE product.tenant_id = %s ORDER BY product.popularity DESC, sku.id LIMIT 500
) AS found
ON CONFLICT (price_list_id, sku_id) DO NOTHING
