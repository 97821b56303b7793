-- name: queue
-- Three tables in one list. What waits comes oldest first, everything else newest first.
WITH voices AS (
    SELECT 'review' AS kind, id, product_id, member_id, author, language, text, state, reason, note, written_at, reports,
        rating, title, is_verified, reply, 0::bigint AS question_id
    FROM catalog_review
    UNION ALL
    SELECT 'question', id, product_id, member_id, author, language, text, state, reason, note, written_at, reports,
        0, '', false, '', 0
    FROM catalog_question
    UNION ALL
    SELECT 'answer', id, product_id, member_id, author, language, text, state, reason, note, written_at, reports,
        0, '', NOT is_staff, '', question_id
    FROM catalog_answer
), chosen AS (
    SELECT * FROM voices
    WHERE CASE WHEN %(which)s = 'reported' THEN reports > 0 AND state = 'published' ELSE state = %(which)s END
        AND (%(kind)s::text IS NULL OR kind = %(kind)s)
    ORDER BY CASE WHEN state = 'waiting' THEN written_at END, written_at DESC, kind, id
    OFFSET %(offset)s LIMIT %(limit)s
)
SELECT chosen.kind, chosen.id, chosen.product_id, coalesce(product.names ->> %(language)s, product.name),
    chosen.member_id, chosen.author, chosen.language, chosen.text,
    chosen.state, chosen.reason, chosen.note, chosen.written_at, chosen.reports, chosen.rating, chosen.title,
    chosen.is_verified, chosen.reply, coalesce(question.text, ''),
    CASE WHEN chosen.kind = 'review' THEN (
        SELECT json_agg(json_build_array(photo.id, photo.picture_id) ORDER BY photo.place)
        FROM catalog_reviewphoto AS photo WHERE photo.review_id = chosen.id) END,
    CASE WHEN chosen.reports > 0 THEN (
        SELECT json_agg(DISTINCT report.reason) FROM catalog_report AS report
        WHERE report.kind = chosen.kind AND report.voice_id = chosen.id) END
FROM chosen
JOIN catalog_product AS product ON product.id = chosen.product_id
LEFT JOIN catalog_question AS question ON question.id = chosen.question_id
ORDER BY CASE WHEN chosen.state = 'waiting' THEN chosen.written_at END, chosen.written_at DESC, chosen.kind, chosen.id

-- name: waiting
SELECT 'review', count(*) FROM (SELECT FROM catalog_review WHERE state = 'waiting' LIMIT 1000) AS found
UNION ALL
SELECT 'question', count(*) FROM (SELECT FROM catalog_question WHERE state = 'waiting' LIMIT 1000) AS found
UNION ALL
SELECT 'answer', count(*) FROM (SELECT FROM catalog_answer WHERE state = 'waiting' LIMIT 1000) AS found
UNION ALL
SELECT 'reported', count(*) FROM (
    SELECT FROM catalog_review WHERE reports > 0 AND state = 'published'
    UNION ALL SELECT FROM catalog_question WHERE reports > 0 AND state = 'published'
    UNION ALL SELECT FROM catalog_answer WHERE reports > 0 AND state = 'published' LIMIT 1000) AS found
