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
    AND (%(product_id)s::int IS NULL OR product.id = %(product_id)s)
    AND (%(category_id)s::int IS NULL OR category.id = %(category_id)s OR parent.id = %(category_id)s)
