-- What settlement makes of the books. None of these is on the way of an order: whoever writes them locks a row of
-- pay_mark, or writes a row of their own by its id, and never the head of the cell.
CREATE TABLE {cell}.pay_mark (
    name text PRIMARY KEY,
    batch_number bigint NOT NULL
);
INSERT INTO {cell}.pay_mark (name, batch_number) VALUES ('postings', 0), ('days', 0);

-- The books by account: every posted transfer twice, with the balance after it. Follows the batches.
CREATE TABLE {cell}.pay_posting (
    account_id bigint NOT NULL,
    batch_number bigint NOT NULL,
    transfer_id uuid NOT NULL,
    -- Debits positive, credits negative.
    amount_minor bigint NOT NULL,
    balance_minor bigint NOT NULL,
    PRIMARY KEY (account_id, batch_number, transfer_id)
);

-- What passed through the sales accounts in each quarter of an hour, by the account on the other side; so that today's
-- money costs what the quarters cost. A quarter, because time zones differ by quarters. Follows the batches.
CREATE TABLE {cell}.pay_flow (
    quarter timestamptz NOT NULL,
    channel smallint NOT NULL,
    tender smallint NOT NULL,
    owner bigint NOT NULL,
    captured_minor bigint NOT NULL,
    captures bigint NOT NULL,
    refunded_minor bigint NOT NULL,
    refunds bigint NOT NULL,
    PRIMARY KEY (quarter, channel, tender, owner)
);

-- What a merchant pays, from a day on; the newest row that is not later than a day is in force. Append-only.
CREATE TABLE {cell}.pay_terms (
    from_day date NOT NULL,
    set_at timestamptz NOT NULL,
    set_by text NOT NULL,
    commission_basis_points int NOT NULL,
    fee_basis_points int NOT NULL,
    fee_fixed_minor bigint NOT NULL,
    refund_limit_minor bigint NOT NULL,
    PRIMARY KEY (from_day, set_at),
    CONSTRAINT rates_in_range
        CHECK (commission_basis_points BETWEEN 0 AND 10000 AND fee_basis_points BETWEEN 0 AND 10000),
    CONSTRAINT amounts_not_negative CHECK (fee_fixed_minor >= 0 AND refund_limit_minor >= 0)
);

-- A closed business day: the batches after `after_batch` up to `to_batch`, so that days share no transfer.
CREATE TABLE {cell}.pay_day (
    business_day date PRIMARY KEY,
    after_batch bigint NOT NULL,
    to_batch bigint NOT NULL,
    closed_at timestamptz NOT NULL,
    tax_basis_points int NOT NULL,
    -- Whether its postings are in the books; a crash between is mended by the next run.
    is_posted boolean NOT NULL,
    CONSTRAINT batches_in_order CHECK (to_batch >= after_batch)
);

CREATE TABLE {cell}.pay_day_sale (
    business_day date NOT NULL,
    channel smallint NOT NULL,
    tender smallint NOT NULL,
    owner bigint NOT NULL,
    captured_minor bigint NOT NULL,
    captures bigint NOT NULL,
    refunded_minor bigint NOT NULL,
    refunds bigint NOT NULL,
    PRIMARY KEY (business_day, channel, tender, owner)
);

-- A day's statement, a row a channel.
CREATE TABLE {cell}.pay_day_closing (
    business_day date NOT NULL,
    channel smallint NOT NULL,
    captured_minor bigint NOT NULL,
    refunded_minor bigint NOT NULL,
    tax_minor bigint NOT NULL,
    commission_minor bigint NOT NULL,
    fees_minor bigint NOT NULL,
    payable_minor bigint NOT NULL,
    PRIMARY KEY (business_day, channel),
    CONSTRAINT adds_up
        CHECK (captured_minor - refunded_minor = tax_minor + commission_minor + fees_minor + payable_minor)
);

-- What a day moved on each account of the house, and on all accounts of shoppers by their place in the chart.
CREATE TABLE {cell}.pay_day_balance (
    business_day date NOT NULL,
    ledger smallint NOT NULL,
    chart smallint NOT NULL,
    owner bigint NOT NULL,
    debits_minor bigint NOT NULL,
    credits_minor bigint NOT NULL,
    PRIMARY KEY (business_day, ledger, chart, owner)
);

-- A locked month, who locked it, what was checked, and what was said about what is open.
CREATE TABLE {cell}.pay_month (
    month date PRIMARY KEY,
    locked_at timestamptz NOT NULL,
    locked_by text NOT NULL,
    checklist jsonb NOT NULL,
    note text NOT NULL,
    CONSTRAINT first_of_month CHECK (extract(day FROM month) = 1)
);

-- The trial balance as it stood when the month was locked.
CREATE TABLE {cell}.pay_month_balance (
    month date NOT NULL,
    ledger smallint NOT NULL,
    chart smallint NOT NULL,
    owner bigint NOT NULL,
    debits_minor bigint NOT NULL,
    credits_minor bigint NOT NULL,
    PRIMARY KEY (month, ledger, chart, owner)
);

-- 1 proposed, 2 approved, 3 sent, 4 withdrawn, 5 returned by the bank.
CREATE TABLE {cell}.pay_payout (
    payout_id uuid PRIMARY KEY,
    tenant_id bigint NOT NULL,
    amount_minor bigint NOT NULL,
    state smallint NOT NULL,
    proposed_by text NOT NULL,
    proposed_at timestamptz NOT NULL,
    approved_by text,
    approved_at timestamptz,
    ended_by text,
    ended_at timestamptz,
    note text NOT NULL,
    is_posted boolean NOT NULL,
    CONSTRAINT amount_positive CHECK (amount_minor > 0),
    CONSTRAINT state_known CHECK (state BETWEEN 1 AND 5),
    CONSTRAINT four_eyes CHECK (approved_by <> proposed_by),
    CONSTRAINT sent_was_approved CHECK (state NOT IN (2, 3, 5) OR approved_by IS NOT NULL)
);
-- One at a time: two open ones could both count on the same money.
CREATE UNIQUE INDEX pay_payout_open ON {cell}.pay_payout (tenant_id) WHERE state IN (1, 2);

-- A provider's payout as its report says; gross = net + fees, and the id is made of provider and reference.
CREATE TABLE {cell}.pay_provider_payout (
    report_id uuid PRIMARY KEY,
    provider text NOT NULL,
    -- The owner of its PROVIDER_CLEARING account.
    number bigint NOT NULL,
    reference text NOT NULL,
    paid_on date NOT NULL,
    gross_minor bigint NOT NULL,
    fees_minor bigint NOT NULL,
    lines int NOT NULL,
    imported_by text NOT NULL,
    imported_at timestamptz NOT NULL,
    is_posted boolean NOT NULL
);

-- 1 waiting for a second person, 2 allowed, 3 declined, 4 done, 5 refused by the order or its payments.
CREATE TABLE {cell}.pay_refund_request (
    request_id uuid PRIMARY KEY,
    order_id uuid NOT NULL,
    amount_minor bigint NOT NULL,
    reason text NOT NULL,
    state smallint NOT NULL,
    needs_approval boolean NOT NULL,
    requested_by text NOT NULL,
    requested_at timestamptz NOT NULL,
    decided_by text,
    decided_at timestamptz,
    note text NOT NULL,
    CONSTRAINT amount_positive CHECK (amount_minor > 0),
    CONSTRAINT reason_given CHECK (reason <> ''),
    CONSTRAINT state_known CHECK (state BETWEEN 1 AND 5),
    CONSTRAINT four_eyes CHECK (decided_by <> requested_by),
    CONSTRAINT large_ones_are_decided CHECK (NOT needs_approval OR state IN (1, 3) OR decided_by IS NOT NULL)
);
CREATE INDEX pay_refund_request_by_order ON {cell}.pay_refund_request (order_id);
CREATE INDEX pay_refund_request_waiting ON {cell}.pay_refund_request (requested_at) WHERE state IN (1, 2);
