-- name: calls
-- What providers are still to be asked, and how often they were asked in vain.
SELECT provider, count(*) AS waiting, count(*) FILTER (WHERE tries > 0) AS failing, max(tries) AS tries,
       min(due_at) AS next_at, max(error) FILTER (WHERE tries > 0) AS error
FROM every_pay_call WHERE due_at IS NOT NULL GROUP BY provider

-- name: heard
-- The last that each provider said, among the newest batches of each cell.
SELECT e.provider, max(e.received_at) AS received_at
FROM (SELECT cell, max(batch_number) AS newest FROM every_pay_batch GROUP BY cell) AS b
JOIN every_pay_event e ON e.cell = b.cell AND e.batch_number > b.newest - %(batches)s
GROUP BY e.provider

-- name: compared
SELECT provider, min(compared_at) AS compared_at, sum(open_count)::int AS open_count FROM every_reconciled GROUP BY provider

-- name: limits
-- The limit above which a second person must approve, by cell, as the newest terms say.
SELECT DISTINCT ON (cell) cell, refund_limit_minor FROM every_pay_terms WHERE from_day <= %(today)s
ORDER BY cell, from_day DESC, set_at DESC
