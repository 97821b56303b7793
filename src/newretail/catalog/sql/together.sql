-- name: product_of_sku
SELECT string_agg(int4send(id), ''::bytea ORDER BY id), string_agg(int4send(product_id), ''::bytea ORDER BY id)
FROM catalog_sku WHERE tenant_id = %(tenant)s AND is_sold

-- name: category_of_product
SELECT string_agg(int4send(id), ''::bytea ORDER BY id), string_agg(int4send(category_id), ''::bytea ORDER BY id)
FROM catalog_product WHERE tenant_id = %(tenant)s

-- name: forget
DELETE FROM catalog_together AS kept USING catalog_product AS product
WHERE product.id = kept.product_id AND product.tenant_id = %(tenant)s

-- name: next_id
SELECT coalesce(max(id), 0) + 1 FROM catalog_together

-- name: keep
COPY catalog_together (id, product_id, place, other_id, baskets, lift) FROM STDIN
