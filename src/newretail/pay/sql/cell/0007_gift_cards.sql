-- Gift cards as people look after them. What is on one is its account's (chart 2020) and stands nowhere else; a code is made of
-- the number and the installation's secret (payments/cards.py) and stands nowhere at all, but for its last letters.

-- What staff ask for: 1 issue cards, 2 block one, 3 let it go again, 4 void it. States as of pay_refund_request.
CREATE TABLE {cell}.pay_card_request (
    request_id uuid PRIMARY KEY,
    deed smallint NOT NULL,
    -- The card that it is about; NULL for cards that are to be issued.
    account_id bigint,
    cards int NOT NULL,
    value_minor bigint NOT NULL,
    amount_minor bigint NOT NULL,
    reason text NOT NULL,
    state smallint NOT NULL,
    needs_approval boolean NOT NULL,
    requested_by text NOT NULL,
    requested_at timestamptz NOT NULL,
    decided_by text,
    decided_at timestamptz,
    note text NOT NULL,
    -- Codes are shown once; who saw them, and when.
    codes_taken_by text,
    codes_taken_at timestamptz,
    CONSTRAINT deed_known CHECK (deed BETWEEN 1 AND 4),
    CONSTRAINT about_a_card CHECK ((deed = 1) = (account_id IS NULL)),
    CONSTRAINT cards_are_issued CHECK ((deed = 1) = (cards > 0 AND value_minor > 0)),
    CONSTRAINT amount_not_negative CHECK (amount_minor >= 0),
    CONSTRAINT reason_given CHECK (reason <> ''),
    CONSTRAINT state_known CHECK (state BETWEEN 1 AND 5),
    CONSTRAINT four_eyes CHECK (decided_by <> requested_by),
    CONSTRAINT large_ones_are_decided CHECK (NOT needs_approval OR state IN (1, 3) OR decided_by IS NOT NULL),
    CONSTRAINT codes_are_of_an_issue CHECK (codes_taken_at IS NULL OR deed = 1)
);
CREATE INDEX pay_card_request_by_card ON {cell}.pay_card_request (account_id) WHERE account_id IS NOT NULL;
CREATE INDEX pay_card_request_open ON {cell}.pay_card_request (requested_at)
    WHERE state IN (1, 2) OR (deed = 1 AND state = 4 AND codes_taken_at IS NULL);

CREATE TABLE {cell}.pay_gift_card (
    account_id bigint PRIMARY KEY,
    -- The request that it was issued by; NULL for a card that is older than these tables.
    request_id uuid,
    ending text NOT NULL,
    value_minor bigint NOT NULL,
    issued_at timestamptz NOT NULL,
    -- 1 good, 2 blocked, 3 void
    state smallint NOT NULL,
    -- The last request that changed its state, and the pending transfer that keeps what is on a blocked one.
    changed_by_id uuid,
    hold_id uuid,
    CONSTRAINT state_known CHECK (state BETWEEN 1 AND 3),
    CONSTRAINT value_positive CHECK (value_minor > 0)
);
CREATE INDEX pay_gift_card_by_ending ON {cell}.pay_gift_card (ending);
CREATE INDEX pay_gift_card_by_request ON {cell}.pay_gift_card (request_id);
