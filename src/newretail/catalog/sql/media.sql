-- name: access
-- Whose picture it is, and whether everybody may see it: it shows a product, or is in a published review.
SELECT picture.owner_id,
    EXISTS (SELECT FROM catalog_productpicture AS shown WHERE shown.picture_id = picture.key)
    OR EXISTS (
        SELECT FROM catalog_reviewphoto AS photo JOIN catalog_review AS review ON review.id = photo.review_id
        WHERE photo.picture_id = picture.key AND review.state = 'published')
FROM catalog_picture AS picture WHERE picture.key = %(key)s

-- name: sweep
DELETE FROM catalog_picture WHERE key IN (
    SELECT picture.key FROM catalog_picture AS picture
    WHERE picture.made_at < %(before)s
        AND NOT EXISTS (SELECT FROM catalog_productpicture AS shown WHERE shown.picture_id = picture.key)
        AND NOT EXISTS (SELECT FROM catalog_reviewphoto AS photo WHERE photo.picture_id = picture.key)
    ORDER BY picture.made_at LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED)
RETURNING key

-- name: without
SELECT id, coalesce(names ->> %(language)s, name) FROM catalog_product WHERE picture = '' ORDER BY popularity DESC, id LIMIT %(limit)s

-- name: find
-- By the words of the search, by its number or by the code of a SKU, as people who work here have it.
WITH query AS MATERIALIZED (
    SELECT websearch_to_tsquery('english', %(words)s) || websearch_to_tsquery('simple', %(words)s) AS words
)
SELECT product.id, coalesce(product.names ->> %(language)s, product.name), product.picture,
    (SELECT count(*) FROM catalog_productpicture AS shown WHERE shown.product_id = product.id)
FROM catalog_product AS product, query
WHERE product.search @@ query.words OR product.id = %(number)s OR product.names::text ILIKE %(named)s
ORDER BY product.popularity DESC, product.id LIMIT %(limit)s
