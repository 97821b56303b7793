-- name: roots
SELECT id, name FROM catalog_category WHERE tenant_id = %s AND parent_id IS NULL ORDER BY id

-- name: root_of_sku
-- Packed, as the snapshot is: one row whatever the number of SKUs.
WITH RECURSIVE tree AS (
    SELECT id, id AS root FROM catalog_category WHERE tenant_id = %(tenant_id)s AND parent_id IS NULL
    UNION ALL
    SELECT child.id, tree.root FROM catalog_category AS child JOIN tree ON child.parent_id = tree.id
)
SELECT string_agg(int4send(sku.id), ''::bytea ORDER BY sku.id), string_agg(int4send(tree.root), ''::bytea ORDER BY sku.id)
FROM catalog_sku AS sku
JOIN catalog_product AS product ON product.id = sku.product_id
JOIN tree ON tree.id = product.category_id
WHERE sku.tenant_id = %(tenant_id)s
