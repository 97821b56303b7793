-- name: aisles
SELECT category.id, category.name FROM catalog_category AS category
LEFT JOIN catalog_category AS parent ON parent.id = category.parent_id
WHERE category.tenant_id = %s AND parent.parent_id IS NULL ORDER BY category.id

-- name: aisle_of_sku
-- Packed, as the snapshot is: one row whatever the number of SKUs.
WITH RECURSIVE tree AS (
    SELECT id, id AS aisle, 1 AS depth FROM catalog_category WHERE tenant_id = %(tenant_id)s AND parent_id IS NULL
    UNION ALL
    SELECT child.id, CASE WHEN tree.depth = 1 THEN child.id ELSE tree.aisle END, tree.depth + 1
    FROM catalog_category AS child JOIN tree ON child.parent_id = tree.id
)
SELECT string_agg(int4send(sku.id), ''::bytea ORDER BY sku.id),
    string_agg(int4send(tree.aisle), ''::bytea ORDER BY sku.id)
FROM catalog_sku AS sku
JOIN catalog_product AS product ON product.id = sku.product_id
JOIN tree ON tree.id = product.category_id
WHERE sku.tenant_id = %(tenant_id)s
