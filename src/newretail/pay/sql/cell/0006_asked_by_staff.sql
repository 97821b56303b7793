-- What staff ask about money: lines of an order, money in suspense, what providers said that fits nothing.

-- What left suspense by another way than the provider: to a wallet. It is not on its way back any more.
ALTER TABLE {cell}.pay_payment ADD COLUMN credited_minor bigint NOT NULL DEFAULT 0;
ALTER TABLE {cell}.pay_payment ADD CONSTRAINT credited_not_negative CHECK (credited_minor >= 0);
CREATE INDEX pay_payment_in_suspense ON {cell}.pay_payment (updated_at) WHERE suspense_minor <> 0;

-- Money that somebody sent out of suspense, once an id. Append-only.
CREATE TABLE {cell}.pay_suspense_move (
    ask_id uuid PRIMARY KEY,
    order_id uuid NOT NULL,
    payment_id uuid NOT NULL,
    -- pay/payments/suspense.Way
    way smallint NOT NULL,
    amount_minor bigint NOT NULL,
    -- Whose wallet; 0 for money that goes back to its provider.
    buyer_id bigint NOT NULL,
    reason text NOT NULL,
    actor text NOT NULL,
    approved_by text NOT NULL,
    moved_at timestamptz NOT NULL,
    batch_number bigint NOT NULL,
    CONSTRAINT amount_positive CHECK (amount_minor > 0)
);
CREATE INDEX pay_suspense_move_by_order ON {cell}.pay_suspense_move (order_id);
GRANT SELECT, INSERT ON {cell}.pay_suspense_move TO newretail_ledger;

-- A request says what to do: 0 give money of a sale back; 1, 2, 3 send what is in suspense to its provider, to the buyer's
-- wallet, to another order. `lines` is n x 3: line number (from 1), quantity, amount_minor.
ALTER TABLE {cell}.pay_refund_request ADD COLUMN way smallint NOT NULL DEFAULT 0;
ALTER TABLE {cell}.pay_refund_request ADD COLUMN lines bigint[] NOT NULL DEFAULT '{{}}';
ALTER TABLE {cell}.pay_refund_request ADD COLUMN payment_id uuid;
ALTER TABLE {cell}.pay_refund_request ADD COLUMN to_order_id uuid;
ALTER TABLE {cell}.pay_refund_request ADD CONSTRAINT way_known CHECK (way BETWEEN 0 AND 3);
ALTER TABLE {cell}.pay_refund_request ADD CONSTRAINT suspense_is_of_a_payment CHECK ((way = 0) = (payment_id IS NULL));
ALTER TABLE {cell}.pay_refund_request ADD CONSTRAINT matched_names_an_order CHECK ((way = 3) = (to_order_id IS NOT NULL));

-- What a person found out about something a provider said that fits nothing here; the event itself is never changed.
CREATE TABLE {cell}.pay_event_closed (
    provider text NOT NULL,
    event_id text NOT NULL,
    closed_by text NOT NULL,
    closed_at timestamptz NOT NULL,
    note text NOT NULL,
    PRIMARY KEY (provider, event_id),
    CONSTRAINT note_given CHECK (note <> '')
);
-- 4 of no payment of ours, 5 contradicts the books, 6 another currency.
CREATE INDEX pay_event_that_fits_nothing ON {cell}.pay_event (received_at) WHERE outcome IN (4, 5, 6);

-- Who explained a disagreement, and how; it is open again when its amounts change.
ALTER TABLE {cell}.pay_disagreement ADD COLUMN explained_by text NOT NULL DEFAULT '';
ALTER TABLE {cell}.pay_disagreement ADD COLUMN explained_at timestamptz;
ALTER TABLE {cell}.pay_disagreement ADD COLUMN note text NOT NULL DEFAULT '';

-- When a cell was last compared with a provider, and what came of it.
CREATE TABLE {cell}.pay_reconciled (
    provider text PRIMARY KEY,
    compared_at timestamptz NOT NULL,
    since timestamptz NOT NULL,
    open_count int NOT NULL
);
