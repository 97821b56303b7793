-- name: totals
SELECT cell, max(batch_number) AS batches, sum(accepted) FILTER (WHERE kind = 'place') AS orders,
       sum(refused) AS refused, sum(accepted) FILTER (WHERE kind = 'import') AS imported,
       sum(units) FILTER (WHERE kind = 'place') AS units,
       sum(total_minor) FILTER (WHERE kind = 'place') AS total_minor, max(placed_at) AS last_at
FROM every_batch
GROUP BY cell
