-- The books of one cell. Whoever writes here holds the lock on cell_head, and does so as the role newretail_ledger.
CREATE TABLE {cell}.pay_account (
    account_id bigint PRIMARY KEY,
    debits_posted bigint NOT NULL DEFAULT 0,
    credits_posted bigint NOT NULL DEFAULT 0,
    debits_pending bigint NOT NULL DEFAULT 0,
    credits_pending bigint NOT NULL DEFAULT 0,
    -- Accounts of one ledger share a currency; no transfer leads from one ledger to another.
    ledger smallint NOT NULL,
    -- Place in the chart of accounts (pay/ledger/rules.py).
    chart smallint NOT NULL,
    -- 0 none, 1 debits must not exceed credits, 2 credits must not exceed debits.
    limits smallint NOT NULL,
    CONSTRAINT limits_known CHECK (limits BETWEEN 0 AND 2),
    CONSTRAINT posted_not_negative CHECK (debits_posted >= 0 AND credits_posted >= 0),
    CONSTRAINT pending_not_negative CHECK (debits_pending >= 0 AND credits_pending >= 0),
    CONSTRAINT debits_within_credits CHECK (limits <> 1 OR debits_posted + debits_pending <= credits_posted),
    CONSTRAINT credits_within_debits CHECK (limits <> 2 OR credits_posted + credits_pending <= debits_posted)
) WITH (fillfactor = 60);

-- Every transfer moves one amount from one account's debit side to another's credit side. Append-only.
CREATE TABLE {cell}.pay_transfer (
    transfer_id uuid PRIMARY KEY,
    debit_id bigint NOT NULL,
    credit_id bigint NOT NULL,
    amount_minor bigint NOT NULL,
    batch_number bigint NOT NULL,
    timeout_seconds int NOT NULL,
    -- Why (pay/ledger/rules.py), and 0 single, 1 pending, 2 post, 3 void, 4 expire.
    code smallint NOT NULL,
    kind smallint NOT NULL,
    -- The pending transfer that this one ends.
    pending_id uuid,
    -- What it is for: an order, a payment.
    subject_id uuid,
    CONSTRAINT amount_positive CHECK (amount_minor > 0),
    CONSTRAINT accounts_differ CHECK (debit_id <> credit_id),
    CONSTRAINT kind_known CHECK (kind BETWEEN 0 AND 4),
    CONSTRAINT ends_have_a_pending CHECK ((kind >= 2) = (pending_id IS NOT NULL))
);
CREATE INDEX pay_transfer_by_batch ON {cell}.pay_transfer USING brin (batch_number) WITH (pages_per_range = 32);
CREATE UNIQUE INDEX pay_transfer_ends_once ON {cell}.pay_transfer (pending_id) WHERE pending_id IS NOT NULL;

-- Pending transfers that still stand; the row goes in the transaction that posts, voids or expires it.
CREATE TABLE {cell}.pay_pending (
    transfer_id uuid PRIMARY KEY,
    expires_at timestamptz
);
CREATE INDEX pay_pending_by_expiry ON {cell}.pay_pending (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE {cell}.pay_batch (
    batch_number bigint PRIMARY KEY,
    posted_at timestamptz NOT NULL,
    accepted int NOT NULL,
    refused int NOT NULL,
    -- How many transfers were refused, by code.
    refusals jsonb NOT NULL
);

-- Append-only by privilege: who writes the books may add transfers, but neither change nor remove them.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'newretail_ledger') THEN
        CREATE ROLE newretail_ledger NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL;  -- another cell made it at the same moment
END $$;
DO $$
BEGIN
    IF NOT pg_has_role('newretail_ledger', 'SET') THEN
        GRANT newretail_ledger TO CURRENT_USER;
    END IF;
END $$;
GRANT USAGE ON SCHEMA {cell} TO newretail_ledger;
GRANT SELECT ON {cell}.cell_head TO newretail_ledger;
GRANT UPDATE (batch_number) ON {cell}.cell_head TO newretail_ledger;
GRANT SELECT, INSERT ON {cell}.pay_transfer, {cell}.pay_batch, {cell}.pay_account TO newretail_ledger;
GRANT UPDATE (debits_posted, credits_posted, debits_pending, credits_pending) ON {cell}.pay_account TO newretail_ledger;
GRANT SELECT, INSERT, DELETE ON {cell}.pay_pending TO newretail_ledger;
