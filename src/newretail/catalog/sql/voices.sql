-- name: product_page
-- All that a product's page needs besides the texts themselves, in one row.
SELECT (
    SELECT json_agg(json_build_array(shown.picture_id, shown.focus_x, shown.focus_y, shown.alts, picture.width,
        picture.height) ORDER BY shown.place, shown.id)
    FROM catalog_productpicture AS shown JOIN catalog_picture AS picture ON picture.key = shown.picture_id
    WHERE shown.product_id = %(product_id)s
), (
    SELECT json_build_array(ones, twos, threes, fours, fives)
    FROM catalog_ratingsummary WHERE product_id = %(product_id)s
), (
    SELECT count(*) FROM catalog_question WHERE product_id = %(product_id)s AND state = 'published'
), (
    SELECT state FROM catalog_review WHERE product_id = %(product_id)s AND member_id = %(member_id)s
)

-- name: ratings
SELECT product_id, ones, twos, threes, fours, fives FROM catalog_ratingsummary
WHERE product_id = ANY(%(product_ids)s::int[]) AND ones + twos + threes + fours + fives > 0

-- name: reviews
SELECT review.id, review.rating, review.title, review.text, review.author, review.language, review.is_verified,
    review.written_at, review.helpful, review.reply, review.replied_at, review.member_id IS NOT DISTINCT FROM %(member_id)s,
    EXISTS (SELECT FROM catalog_vote AS vote WHERE vote.review_id = review.id AND vote.member_id = %(member_id)s),
    (SELECT json_agg(photo.picture_id ORDER BY photo.place) FROM catalog_reviewphoto AS photo
        WHERE photo.review_id = review.id)
FROM catalog_review AS review
WHERE review.product_id = %(product_id)s AND review.state = 'published'
    AND (%(stars)s::int IS NULL OR review.rating = %(stars)s)
    AND (NOT %(verified_only)s OR review.is_verified)
    AND (NOT %(photos_only)s OR EXISTS (SELECT FROM catalog_reviewphoto AS photo WHERE photo.review_id = review.id))
ORDER BY CASE %(sort)s WHEN 'helpful' THEN review.helpful WHEN 'highest' THEN review.rating
    WHEN 'lowest' THEN -review.rating ELSE 0 END DESC, review.written_at DESC, review.id DESC
OFFSET %(offset)s LIMIT %(limit)s

-- name: questions
-- Every word must be in the question or in one of its published answers. Parts of words count: they do in Korean and
-- Chinese, which PostgreSQL's own dictionaries do not cut into words.
SELECT question.id, question.text, question.author, question.language, question.written_at,
    question.member_id IS NOT DISTINCT FROM %(member_id)s, answers.list
FROM catalog_question AS question
LEFT JOIN LATERAL (
    SELECT json_agg(json_build_array(answer.id, answer.text, answer.author, answer.language,
            extract(epoch FROM answer.written_at), answer.is_staff, answer.member_id IS NOT DISTINCT FROM %(member_id)s)
        ORDER BY answer.is_staff DESC, answer.written_at) AS list,
        string_agg(answer.text, ' ') AS text, count(*) AS number
    FROM catalog_answer AS answer WHERE answer.question_id = question.id AND answer.state = 'published'
) AS answers ON true
WHERE question.product_id = %(product_id)s AND question.state = 'published'
    AND (question.text || ' ' || coalesce(answers.text, '')) ILIKE ALL (%(patterns)s::text[])
ORDER BY answers.number > 0 DESC, question.written_at DESC, question.id DESC
OFFSET %(offset)s LIMIT %(limit)s
