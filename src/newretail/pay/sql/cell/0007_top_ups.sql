-- Money that shoppers add to their wallets. Its payments, calls, events and refunds are rows like those of orders, under
-- the top-up's own id (version 8, which no order can have). Whoever writes here holds the lock on cell_head.
CREATE TABLE {cell}.pay_top_up (
    top_up_id uuid PRIMARY KEY,
    buyer_id bigint NOT NULL,
    -- What was asked for; what came, and went back, is said by the payments.
    amount_minor bigint NOT NULL,
    -- pay/payments/rules.Stage: 1 waits for its money, 2 is being taken, 3 what came is in the wallet, 4 came to nothing.
    stage smallint NOT NULL,
    made_at timestamptz NOT NULL,
    ended_at timestamptz,
    batch_number bigint NOT NULL,
    CONSTRAINT amount_positive CHECK (amount_minor > 0),
    CONSTRAINT stage_known CHECK (stage BETWEEN 1 AND 4),
    CONSTRAINT ended_at_its_end CHECK ((stage >= 3) = (ended_at IS NOT NULL)),
    CONSTRAINT no_order_has_this_id CHECK (substr(top_up_id::text, 15, 1) = '8')
);
CREATE INDEX pay_top_up_by_buyer ON {cell}.pay_top_up (buyer_id, top_up_id);
-- What waits, and what ended lately: for mails.
CREATE INDEX pay_top_up_that_waits ON {cell}.pay_top_up (top_up_id) WHERE stage = 1;
CREATE INDEX pay_top_up_by_end ON {cell}.pay_top_up (ended_at) WHERE ended_at IS NOT NULL;
