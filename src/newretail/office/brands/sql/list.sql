-- name: brands
-- Every brand that a product has, with how many have it and what it is called in other languages.
SELECT found.brand, found.products, coalesce(said.names ->> 'ko', '') AS name_ko,
    coalesce(said.names ->> 'zh-hans', '') AS name_zh_hans, coalesce(said.names::text, '') AS all_names
FROM (
    SELECT brand, count(*) AS products FROM catalog_product WHERE tenant_id = 1 AND brand <> '' GROUP BY brand
) AS found
LEFT JOIN catalog_brandname AS said ON said.brand = found.brand AND said.tenant_id = 1
