-- What is paid in steps (card, bank, on delivery, and whatever is paid together with those). An order that was paid
-- with the order itself has no row here: its transfers say everything. Whoever writes here holds the lock on cell_head.
CREATE TABLE {cell}.pay_payment (
    -- The order's id with the payment's place in its last byte: an order's payments are one range of the key.
    payment_id uuid PRIMARY KEY,
    order_id uuid NOT NULL,
    tender smallint NOT NULL,
    state smallint NOT NULL,
    -- Empty for what needs no provider; `provider_ref` is the provider's own name of the payment.
    provider text NOT NULL,
    provider_ref text NOT NULL,
    -- The account in the books that the money comes from.
    account_id bigint NOT NULL,
    -- What it is to pay; what is held for it; what came; what counts as paid; what of that was given back ...
    amount_minor bigint NOT NULL,
    held_minor bigint NOT NULL,
    received_minor bigint NOT NULL,
    captured_minor bigint NOT NULL,
    refunded_minor bigint NOT NULL,
    -- ... what the provider says it gave back, what was charged back, and what waits in suspense (less than zero: a hole).
    returned_minor bigint NOT NULL,
    charged_back_minor bigint NOT NULL,
    suspense_minor bigint NOT NULL,
    -- How much of what is held the provider was asked to capture; the pending transfer's step, -1 for none.
    capture_asked_minor bigint NOT NULL,
    hold_step smallint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    -- When an order that waits for this payment is given up; empty once it no longer waits.
    expires_at timestamptz,
    batch_number bigint NOT NULL,
    CONSTRAINT amount_positive CHECK (amount_minor >= 0),
    CONSTRAINT sums_not_negative CHECK (least(held_minor, received_minor, captured_minor, refunded_minor, returned_minor,
                                              charged_back_minor, capture_asked_minor) >= 0),
    CONSTRAINT not_paid_twice CHECK (captured_minor + held_minor <= amount_minor),
    CONSTRAINT not_refunded_twice CHECK (refunded_minor <= captured_minor)
) WITH (fillfactor = 70);
CREATE INDEX pay_payment_by_expiry ON {cell}.pay_payment (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX pay_payment_by_provider ON {cell}.pay_payment (provider, provider_ref) WHERE provider_ref <> '';
CREATE INDEX pay_payment_by_batch ON {cell}.pay_payment USING brin (batch_number) WITH (pages_per_range = 32);

-- Everything that a provider ever said, once, and what was made of it. Append-only.
CREATE TABLE {cell}.pay_event (
    provider text NOT NULL,
    event_id text NOT NULL,
    kind smallint NOT NULL,
    payment_id uuid NOT NULL,
    amount_minor bigint NOT NULL,
    currency text NOT NULL,
    provider_ref text NOT NULL,
    call_id uuid,
    occurred_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    batch_number bigint NOT NULL,
    -- pay/payments/rules.Outcome, and a sentence for whoever looks into it.
    outcome smallint NOT NULL,
    detail text NOT NULL,
    PRIMARY KEY (provider, event_id)
);
CREATE INDEX pay_event_by_payment ON {cell}.pay_event (payment_id);
CREATE INDEX pay_event_by_batch ON {cell}.pay_event USING brin (batch_number) WITH (pages_per_range = 32);

-- What a provider is to be asked, written in the transaction that decided it. Its state moves under the lock, when the
-- provider's answer is an event; `tries`, `due_at` and `error` are the postman's own.
CREATE TABLE {cell}.pay_call (
    call_id uuid PRIMARY KEY,
    kind smallint NOT NULL,
    provider text NOT NULL,
    payment_id uuid NOT NULL,
    order_id uuid NOT NULL,
    amount_minor bigint NOT NULL,
    currency text NOT NULL,
    created_at timestamptz NOT NULL,
    batch_number bigint NOT NULL,
    -- pay/payments/rules.CallState; due_at is empty once nobody need ask any more.
    state smallint NOT NULL,
    tries smallint NOT NULL,
    due_at timestamptz,
    error text NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX pay_call_due ON {cell}.pay_call (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX pay_call_by_payment ON {cell}.pay_call (payment_id);

-- What was given back of an order that stands, and for which lines. Append-only.
CREATE TABLE {cell}.pay_refund (
    order_id uuid NOT NULL,
    refund_id uuid NOT NULL,
    amount_minor bigint NOT NULL,
    -- n x 3: line number (from 1), quantity, amount_minor; empty for a refund that belongs to no line.
    lines bigint[] NOT NULL,
    -- n x 2: the payment's place in the order, amount_minor.
    parts bigint[] NOT NULL,
    reason text NOT NULL,
    actor text NOT NULL,
    approved_by text NOT NULL,
    refunded_at timestamptz NOT NULL,
    batch_number bigint NOT NULL,
    PRIMARY KEY (order_id, refund_id),
    CONSTRAINT amount_positive CHECK (amount_minor > 0)
);
CREATE INDEX pay_refund_by_batch ON {cell}.pay_refund USING brin (batch_number) WITH (pages_per_range = 32);

GRANT SELECT, INSERT ON {cell}.pay_event, {cell}.pay_refund TO newretail_ledger;
