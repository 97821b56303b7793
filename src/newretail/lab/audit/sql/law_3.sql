-- Each statement returns one row: what was counted, how many of it break the law, and the first five of those.

-- name: balances
-- Every account's balances are the sums of its transfers; a transfer names no account that is not there.
WITH moved AS (
    SELECT t.debit_id, t.credit_id, CASE WHEN t.kind IN (0, 2) THEN t.amount_minor ELSE 0 END AS posted,
           CASE t.kind WHEN 0 THEN 0 WHEN 1 THEN t.amount_minor ELSE -coalesce(p.amount_minor, 0) END AS held
    FROM {cell}.pay_transfer t
    LEFT JOIN {cell}.pay_transfer p ON t.pending_id IS NOT NULL AND p.transfer_id = t.pending_id
), sums AS (
    SELECT account_id, sum(dp) AS dp, sum(cp) AS cp, sum(dh) AS dh, sum(ch) AS ch
    FROM (
        SELECT debit_id AS account_id, posted AS dp, 0 AS cp, held AS dh, 0 AS ch FROM moved
        UNION ALL SELECT credit_id, 0, posted, 0, held FROM moved
        UNION ALL SELECT account_id, 0, 0, 0, 0 FROM {cell}.pay_account
    ) AS side GROUP BY account_id
), bad AS MATERIALIZED (
    SELECT account_id, a.debits_posted, a.credits_posted, a.debits_pending, a.credits_pending, dp, cp, dh, ch
    FROM {cell}.pay_account a FULL JOIN sums USING (account_id)
    WHERE (a.debits_posted, a.credits_posted, a.debits_pending, a.credits_pending) IS DISTINCT FROM (dp, cp, dh, ch)
)
SELECT (SELECT count(*) FROM {cell}.pay_account), (SELECT count(*) FROM bad), ARRAY(
    SELECT concat('account ', account_id, ': debits ', debits_posted, ' + ', debits_pending, ' pending, credits ',
                  credits_posted, ' + ', credits_pending, '; its transfers come to ', dp, ' + ', dh, ', ', cp, ' + ', ch)
    FROM bad ORDER BY account_id LIMIT 5
)

-- name: ledgers
-- Every ledger balances: what was debited was credited, and no transfer leads from one ledger to another.
WITH sums AS (
    SELECT ledger, sum(debits_posted) AS dp, sum(credits_posted) AS cp, sum(debits_pending) AS dh, sum(credits_pending) AS ch
    FROM {cell}.pay_account GROUP BY ledger
), bad AS MATERIALIZED (
    SELECT ledger, dp, cp, dh, ch FROM sums WHERE dp <> cp OR dh <> ch
)
SELECT (SELECT count(*) FROM sums), (SELECT count(*) FROM bad), ARRAY(
    SELECT concat('ledger ', ledger, ': debits ', dp, ' + ', dh, ' pending, credits ', cp, ' + ', ch)
    FROM bad ORDER BY ledger LIMIT 5
)

-- name: transfers
-- A transfer moves something between two accounts of one ledger.
WITH bad AS MATERIALIZED (
    SELECT t.transfer_id, t.debit_id, t.credit_id, t.amount_minor
    FROM {cell}.pay_transfer t
    LEFT JOIN {cell}.pay_account d ON d.account_id = t.debit_id
    LEFT JOIN {cell}.pay_account c ON c.account_id = t.credit_id
    WHERE t.amount_minor < 1 OR t.debit_id = t.credit_id OR d.ledger IS DISTINCT FROM c.ledger OR d.ledger IS NULL
)
SELECT (SELECT count(*) FROM {cell}.pay_transfer), (SELECT count(*) FROM bad), ARRAY(
    SELECT concat('transfer ', transfer_id, ': ', amount_minor, ' from ', debit_id, ' to ', credit_id)
    FROM bad ORDER BY transfer_id LIMIT 5
)

-- name: limits
-- No account exceeds its limit; what is pending counts as gone.
WITH bad AS MATERIALIZED (
    SELECT account_id, limits, debits_posted, debits_pending, credits_posted, credits_pending FROM {cell}.pay_account
    WHERE (limits = 1 AND debits_posted + debits_pending > credits_posted)
       OR (limits = 2 AND credits_posted + credits_pending > debits_posted)
)
SELECT (SELECT count(*) FROM {cell}.pay_account WHERE limits > 0), (SELECT count(*) FROM bad), ARRAY(
    SELECT concat('account ', account_id, ': debits ', debits_posted, ' + ', debits_pending, ' pending, credits ',
                  credits_posted, ' + ', credits_pending) FROM bad ORDER BY account_id LIMIT 5
)

-- name: pending
-- A pending transfer ends once, between its own accounts and within its amount; those that stand are on the list.
WITH joined AS (
    SELECT p.transfer_id, p.kind, count(e.transfer_id) AS ends, count(l.transfer_id) AS listed,
           coalesce(bool_and(e.debit_id = p.debit_id AND e.credit_id = p.credit_id AND e.amount_minor <= p.amount_minor
                             AND (e.kind = 2 OR e.amount_minor = p.amount_minor)), true) AS fits
    FROM {cell}.pay_transfer p
    LEFT JOIN {cell}.pay_transfer e ON e.pending_id = p.transfer_id
    LEFT JOIN {cell}.pay_pending l ON l.transfer_id = p.transfer_id
    WHERE p.kind = 1 GROUP BY p.transfer_id, p.kind
), bad AS MATERIALIZED (
    SELECT transfer_id, concat('ends ', ends, ' times, is ', CASE WHEN listed = 0 THEN 'not ' END, 'on the list') AS what
    FROM joined WHERE NOT fits OR ends > 1 OR (ends = 0) <> (listed > 0)
    UNION ALL
    SELECT e.transfer_id, 'ends a transfer that was not pending' FROM {cell}.pay_transfer e
    LEFT JOIN {cell}.pay_transfer p ON p.transfer_id = e.pending_id
    WHERE e.pending_id IS NOT NULL AND p.kind IS DISTINCT FROM 1
    UNION ALL
    SELECT l.transfer_id, 'is on the list and not in the books' FROM {cell}.pay_pending l
    LEFT JOIN {cell}.pay_transfer p ON p.transfer_id = l.transfer_id WHERE p.kind IS DISTINCT FROM 1
)
SELECT (SELECT count(*) FROM joined), (SELECT count(*) FROM bad), ARRAY(
    SELECT concat('transfer ', transfer_id, ' ', what) FROM bad ORDER BY transfer_id LIMIT 5
)

-- name: batches
-- What a batch says it posted and took for sales (chart 4010) is what the books hold of it, and no number is beyond the
-- head's.
WITH held AS (
    SELECT batch_number, count(*) AS transfers,
           coalesce(sum(amount_minor) FILTER (WHERE kind <= 1 AND (credit_id >> 40) & 16383 = 4010), 0) AS minor
    FROM {cell}.pay_transfer GROUP BY batch_number
), bad AS MATERIALIZED (
    SELECT batch_number, b.accepted, held.transfers, held.minor,
           (SELECT coalesce(sum((t.value ->> 1)::bigint), 0) FROM jsonb_each(b.taken) t) AS taken
    FROM {cell}.pay_batch b FULL JOIN held USING (batch_number)
    WHERE b.accepted IS DISTINCT FROM coalesce(held.transfers, 0)
       OR b.taken IS NOT NULL AND (SELECT coalesce(sum((t.value ->> 1)::bigint), 0) FROM jsonb_each(b.taken) t)
                                  <> coalesce(held.minor, 0)
       OR batch_number > (SELECT h.batch_number FROM {cell}.cell_head h)
)
SELECT (SELECT count(*) FROM {cell}.pay_batch), (SELECT count(*) FROM bad), ARRAY(
    SELECT concat('batch ', batch_number, ' says ', coalesce(accepted::text, 'nothing'), ' transfers and ', taken,
                  ' taken; the books hold ', coalesce(transfers, 0), ' and ', coalesce(minor, 0)) FROM bad ORDER BY batch_number LIMIT 5
)

-- name: fences
-- The CHECKs and keys are the last fence, and the ledger's role may only add: somebody may have changed that.
WITH missing AS MATERIALIZED (
    SELECT concat(relation, ' has lost ', fence) AS what FROM unnest(
        ARRAY['pay_account', 'pay_account', 'pay_account', 'pay_account', 'pay_transfer', 'pay_transfer'],
        ARRAY['debits_within_credits', 'credits_within_debits', 'posted_not_negative', 'pending_not_negative',
              'amount_positive', 'accounts_differ']
    ) AS w(relation, fence)
    WHERE NOT EXISTS (
        SELECT FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid JOIN pg_namespace n ON n.oid = r.relnamespace
        WHERE n.nspname = %(cell)s AND r.relname = relation AND c.conname = fence AND c.convalidated AND c.contype = 'c'
    )
    UNION ALL
    SELECT concat('newretail_ledger may ', privilege, ' ', relation)
    FROM unnest(ARRAY['pay_transfer', 'pay_batch', 'pay_event', 'pay_refund']) AS relation
    CROSS JOIN unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) AS privilege
    WHERE has_table_privilege('newretail_ledger', format('%%I.%%I', %(cell)s::text, relation), privilege)
       OR (privilege = 'UPDATE' AND has_any_column_privilege('newretail_ledger',
                                                             format('%%I.%%I', %(cell)s::text, relation), 'UPDATE'))
)
SELECT 18, (SELECT count(*) FROM missing), ARRAY(SELECT what FROM missing ORDER BY what LIMIT 5)

-- name: cards
-- The account of a blocked or void gift card is closed, that of a good one closes at its end; what is left is written off
-- within a day of business, and only from cards that have an end (Why.BREAKAGE is 13). A card that was issued is in the books
-- with what it was issued with (Why.ISSUE is 11). What a request is just about to do is left out.
WITH settled AS (
    SELECT g.* FROM {cell}.pay_gift_card g
    WHERE NOT EXISTS (SELECT FROM {cell}.pay_card_request r WHERE r.state = 2 AND r.account_id = g.account_id)
), bad AS MATERIALIZED (
    SELECT g.ending, 'is good and closes at another moment than its end' AS what FROM settled g
    JOIN {cell}.pay_account a ON a.account_id = g.account_id
    WHERE g.state = 1 AND a.closed_from IS DISTINCT FROM g.expires_at
    UNION ALL
    SELECT g.ending, 'ended more than a day ago and has money' FROM settled g
    JOIN {cell}.pay_account a ON a.account_id = g.account_id
    WHERE g.state = 1 AND g.expires_at < (SELECT max(posted_at) FROM {cell}.pay_batch) - interval '1 day'
      AND a.credits_posted > a.debits_posted + a.debits_pending
    UNION ALL
    SELECT coalesce(g.ending, t.debit_id::text), 'was written off and has no end' FROM {cell}.pay_transfer t
    LEFT JOIN {cell}.pay_gift_card g ON g.account_id = t.debit_id WHERE t.code = 13 AND g.expires_at IS NULL
    UNION ALL
    SELECT g.ending, 'is blocked or void and can be spent' FROM settled g
    JOIN {cell}.pay_account a ON a.account_id = g.account_id WHERE g.state <> 1 AND a.closed_from IS NULL
    UNION ALL
    SELECT g.ending, 'was issued and is not in the books' FROM {cell}.pay_gift_card g
    JOIN {cell}.pay_card_request r ON r.request_id = g.request_id AND r.state = 4
    WHERE NOT EXISTS (SELECT FROM {cell}.pay_transfer t WHERE t.subject_id = g.request_id AND t.credit_id = g.account_id
                          AND t.code = 11 AND t.amount_minor = g.value_minor)
)
SELECT (SELECT count(*) FROM {cell}.pay_gift_card), (SELECT count(*) FROM bad), ARRAY(
    SELECT concat('gift card •••• ', ending, ' ', what) FROM bad ORDER BY ending LIMIT 5
)

-- name: postings
-- The books by account, as far as they were filed: every posting is of an account that is there, and each account's
-- postings, the balance after the last one, and its transfers come to the same. A foreign key would cost the peak more.
WITH filed AS (
    SELECT s.account_id, s.postings, s.minor, l.balance_minor AS balance
    FROM (SELECT account_id, count(*) AS postings, sum(amount_minor) AS minor FROM {cell}.pay_posting GROUP BY account_id) s
    CROSS JOIN LATERAL (
        SELECT p.balance_minor FROM {cell}.pay_posting p WHERE p.account_id = s.account_id
        ORDER BY p.batch_number DESC, p.transfer_id DESC LIMIT 1
    ) AS l
), moved AS (
    SELECT account_id, count(*) AS postings, sum(minor) AS minor
    FROM {cell}.pay_transfer t
    CROSS JOIN LATERAL (VALUES (t.debit_id, t.amount_minor), (t.credit_id, -t.amount_minor)) AS side(account_id, minor)
    WHERE t.kind IN (0, 2) AND t.batch_number > 0  -- a rehearsal's copy of what shoppers hold is no batch of its own
      AND t.batch_number <= (SELECT batch_number FROM {cell}.pay_mark WHERE name = 'postings')
    GROUP BY account_id
), bad AS MATERIALIZED (
    SELECT account_id, a.account_id IS NULL AS is_lost, f.postings, f.minor, f.balance, m.postings AS transfers,
           m.minor AS transfers_minor
    FROM filed f FULL JOIN moved m USING (account_id) LEFT JOIN {cell}.pay_account a USING (account_id)
    WHERE a.account_id IS NULL
       OR (f.postings, f.minor, f.balance) IS DISTINCT FROM (m.postings, m.minor, m.minor)
)
SELECT (SELECT coalesce(sum(postings), 0) FROM filed), (SELECT count(*) FROM bad), ARRAY(
    SELECT concat('account ', account_id, CASE WHEN is_lost THEN ' is not there' END, ': ', coalesce(postings, 0), ' postings come to ',
                  minor, ', the last balance is ', balance, '; its transfers, ', coalesce(transfers, 0), ', come to ',
                  transfers_minor) FROM bad ORDER BY account_id LIMIT 5
)
