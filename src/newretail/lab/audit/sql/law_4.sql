-- Each statement returns one row: what was counted, how many of it break the law, and the first five of those.

-- name: orders
-- What came for an order, is held for it, or is to be paid at its door, less what was given back, is what it costs. Chart
-- 4010 is SALES; a charged back part of a cancelled order stays there, against our loss.
WITH posted AS (
    SELECT subject_id AS order_id,
           sum(CASE WHEN (credit_id >> 40) & 16383 = 4010 THEN amount_minor ELSE -amount_minor END) AS minor
    FROM {cell}.pay_transfer
    WHERE kind IN (0, 2) AND subject_id IS NOT NULL AND code < 100  -- above: what a day's close splits, of no order
      AND ((credit_id >> 40) & 16383 = 4010 OR (debit_id >> 40) & 16383 = 4010)
    GROUP BY subject_id
), held AS (
    SELECT t.subject_id AS order_id, sum(t.amount_minor) AS minor
    FROM {cell}.pay_pending l JOIN {cell}.pay_transfer t ON t.transfer_id = l.transfer_id
    WHERE (t.credit_id >> 40) & 16383 = 4010 GROUP BY t.subject_id
), promised AS (
    SELECT order_id, sum(amount_minor) FILTER (WHERE tender = 8 AND state = 1) AS minor, sum(charged_back_minor) AS lost
    FROM {cell}.pay_payment GROUP BY order_id
), refunded AS (
    SELECT order_id, sum(amount_minor) AS minor FROM {cell}.pay_refund GROUP BY order_id
), money AS (
    SELECT order_id, o.state, o.settlement, o.total_minor, coalesce(p.minor, 0) AS posted, coalesce(h.minor, 0) AS held,
           coalesce(d.minor, 0) AS promised, coalesce(d.lost, 0) AS lost, coalesce(r.minor, 0) AS refunded
    FROM (SELECT order_id, state, settlement, total_minor FROM {cell}.trade_order WHERE settlement > 0) o
    FULL JOIN posted p USING (order_id) FULL JOIN held h USING (order_id)
    LEFT JOIN promised d USING (order_id) LEFT JOIN refunded r USING (order_id)
), bad AS MATERIALIZED (
    SELECT * FROM money WHERE state IS NULL OR NOT CASE
        WHEN state = %(cancelled)s THEN held = 0 AND posted BETWEEN 0 AND lost
        WHEN state = %(unpaid)s THEN posted >= 0 AND posted + held <= total_minor
        ELSE posted + held + promised = total_minor - refunded
    END
)
SELECT (SELECT count(*) FROM money), (SELECT count(*) FROM bad), ARRAY(
    SELECT concat('order ', order_id, ' (state ', coalesce(state::text, 'unknown'), ') costs ', total_minor, ' less ', refunded,
                  ' refunded; paid ', posted, ', held ', held, ', at the door ', promised, ', charged back ', lost)
    FROM bad ORDER BY order_id LIMIT 5
)

-- name: payments
-- The rows of payments say what the books say, order by order, and no provider gave back more than we know of. Of a top-up
-- it is the wallet (2010) that keeps what came from the provider (1100).
WITH said AS (
    SELECT order_id, sum(captured_minor - refunded_minor) AS kept, sum(held_minor) AS held, sum(suspense_minor) AS suspense,
           sum(charged_back_minor) AS lost,
           min(received_minor - returned_minor - credited_minor - captured_minor - suspense_minor + refunded_minor) AS on_its_way
    FROM {cell}.pay_payment GROUP BY order_id
), ended AS (
    SELECT pending_id FROM {cell}.pay_transfer WHERE pending_id IS NOT NULL
), moved AS (
    SELECT t.subject_id AS order_id,
           sum(CASE WHEN kind NOT IN (0, 2) THEN 0 WHEN (credit_id >> 40) & 16383 = 4010 THEN amount_minor
                    WHEN (debit_id >> 40) & 16383 = 4010 THEN -amount_minor
                    WHEN ((debit_id >> 40) & 16383, (credit_id >> 40) & 16383) = (1100, 2010) THEN amount_minor
                    WHEN ((debit_id >> 40) & 16383, (credit_id >> 40) & 16383) = (2010, 1100) THEN -amount_minor
                    ELSE 0 END) AS kept,
           sum(CASE WHEN kind = 1 AND ended.pending_id IS NULL THEN amount_minor ELSE 0 END) AS held,
           sum(CASE WHEN kind <> 0 THEN 0 WHEN (credit_id >> 40) & 16383 = 2900 THEN amount_minor
                    WHEN (debit_id >> 40) & 16383 = 2900 THEN -amount_minor ELSE 0 END) AS suspense,
           sum(CASE WHEN kind = 0 AND (debit_id >> 40) & 16383 = 5020 THEN amount_minor ELSE 0 END) AS lost
    FROM {cell}.pay_transfer t LEFT JOIN ended ON ended.pending_id = t.transfer_id
    WHERE t.code < 100 AND t.subject_id IN (SELECT order_id FROM said) GROUP BY t.subject_id
), bad AS MATERIALIZED (
    SELECT order_id, s.kept, m.kept AS kept_moved, s.held, m.held AS held_moved, s.suspense, m.suspense AS suspense_moved,
           s.on_its_way
    FROM said s LEFT JOIN moved m USING (order_id)
    WHERE (s.kept, s.held, s.suspense, s.lost) IS DISTINCT FROM
          (coalesce(m.kept, 0), coalesce(m.held, 0), coalesce(m.suspense, 0), coalesce(m.lost, 0)) OR s.on_its_way < 0
)
SELECT (SELECT count(*) FROM {cell}.pay_payment), (SELECT count(*) FROM bad), ARRAY(
    SELECT concat('order ', order_id, ': payments say kept ', kept, ', held ', held, ', in suspense ', suspense, '; the books say ',
                  kept_moved, ', ', held_moved, ', ', suspense_moved, '; on its way back ', on_its_way)
    FROM bad ORDER BY order_id LIMIT 5
)

-- name: refunds
-- No line gives back more than it has, in units or in money.
WITH back AS (
    SELECT r.order_id, r.lines[n][1] AS line, sum(r.lines[n][2]) AS units, sum(r.lines[n][3]) AS minor
    FROM {cell}.pay_refund r CROSS JOIN LATERAL generate_subscripts(r.lines, 1) AS n GROUP BY r.order_id, r.lines[n][1]
), bad AS MATERIALIZED (
    SELECT b.order_id, b.line, b.units, b.minor, o.lines[b.line][2] AS ordered, o.lines[b.line][3] AS price
    FROM back b LEFT JOIN {cell}.trade_order o USING (order_id)
    WHERE o.order_id IS NULL OR b.units > o.lines[b.line][2]
       -- A tax that was in the price is no part of what the line costs on top of it; one that came on top is.
       OR b.minor > o.lines[b.line][2]::bigint * o.lines[b.line][3] - coalesce(o.parts[b.line][1] - o.parts[b.line][3], 0)
           + CASE WHEN o.total_minor = (
               SELECT sum(o.lines[n][2]::bigint * o.lines[n][3] - coalesce(o.parts[n][1] - o.parts[n][3], 0))
               FROM generate_subscripts(o.lines, 1) AS n) THEN 0 ELSE coalesce(o.parts[b.line][2], 0) END
)
SELECT (SELECT count(*) FROM {cell}.pay_refund), (SELECT count(*) FROM bad), ARRAY(
    SELECT concat('order ', order_id, ', line ', line, ': ', units, ' units and ', minor, ' given back of ', ordered, ' at ', price)
    FROM bad ORDER BY order_id, line LIMIT 5
)

-- name: waiting
-- Whoever waits for its money is given up in time: measured by the cell's own last batch, so that a market that was
-- closed meanwhile broke no law.
WITH waits AS (
    SELECT o.order_id, max(p.expires_at) AS until
    FROM {cell}.trade_order o LEFT JOIN {cell}.pay_payment p ON p.order_id = o.order_id
    WHERE o.state = %(unpaid)s GROUP BY o.order_id
    UNION ALL
    SELECT t.top_up_id, max(p.expires_at)
    FROM {cell}.pay_top_up t LEFT JOIN {cell}.pay_payment p ON p.order_id = t.top_up_id
    WHERE t.stage = 1 GROUP BY t.top_up_id
), bad AS MATERIALIZED (
    SELECT * FROM waits
    WHERE until IS NULL
       OR until + interval '5 minutes' < greatest((SELECT max(placed_at) FROM {cell}.trade_batch),
                                                  (SELECT max(ended_at) FROM {cell}.pay_top_up))
)
SELECT (SELECT count(*) FROM waits), (SELECT count(*) FROM bad), ARRAY(
    SELECT concat('order or top-up ', order_id, ' waits for its money since ', coalesce(until::text, 'ever')) FROM bad
    ORDER BY order_id LIMIT 5
)

-- name: top_ups
-- A top-up's money is a wallet's: what came less what went back is there while it stands, nothing is held or kept for one
-- that came to nothing, and no top-up has more than it asked for. Money of a top-up that is not there is nobody's.
WITH moved AS (
    SELECT order_id, sum(captured_minor - refunded_minor) AS kept, sum(captured_minor) AS came, sum(held_minor) AS held
    FROM {cell}.pay_payment WHERE substr(order_id::text, 15, 1) = '8' GROUP BY order_id
), bad AS MATERIALIZED (
    SELECT coalesce(t.top_up_id, m.order_id) AS top_up_id, t.stage, t.amount_minor, m.came, m.kept, m.held
    FROM {cell}.pay_top_up t FULL JOIN moved m ON m.order_id = t.top_up_id
    WHERE m.order_id IS NULL OR t.stage IS NULL OR kept + held > t.amount_minor OR NOT CASE t.stage
        WHEN 1 THEN kept + held < t.amount_minor WHEN 2 THEN held > 0 WHEN 3 THEN came > 0 AND held = 0
        ELSE came = 0 AND held = 0 END
)
SELECT (SELECT count(*) FROM {cell}.pay_top_up), (SELECT count(*) FROM bad), ARRAY(
    SELECT concat('top-up ', top_up_id, ' (stage ', coalesce(stage::text, 'unknown'), ') of ', amount_minor, ': came ', came,
                  ', kept ', kept, ', held ', held) FROM bad ORDER BY top_up_id LIMIT 5
)
