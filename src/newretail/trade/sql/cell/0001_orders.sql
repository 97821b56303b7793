-- The order book of one cell. The order table is the event log: batches are serial, so batch_number is a watermark.
CREATE TABLE {cell}.trade_batch (
    batch_number bigint PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('place', 'move', 'import')),
    placed_at timestamptz NOT NULL,
    tenant_id smallint NOT NULL,
    market_code text NOT NULL,
    currency text NOT NULL,
    rehearsal_id bigint,
    accepted int NOT NULL,
    refused int NOT NULL,
    -- How many orders were refused, by reason.
    refusals jsonb NOT NULL DEFAULT '{{}}',
    lines bigint NOT NULL,
    units bigint NOT NULL,
    total_minor bigint NOT NULL
);
CREATE INDEX trade_batch_by_time ON {cell}.trade_batch (placed_at);

CREATE TABLE {cell}.trade_order (
    order_id uuid PRIMARY KEY,
    buyer_id bigint NOT NULL,
    batch_number bigint NOT NULL,
    node_id int NOT NULL,
    state smallint NOT NULL,
    channel smallint NOT NULL,
    total_minor bigint NOT NULL,
    -- n x 3: sku_id, quantity, unit_price_minor
    lines int[] NOT NULL,
    CONSTRAINT total_not_negative CHECK (total_minor >= 0)
) WITH (fillfactor = 95);
CREATE INDEX trade_order_by_buyer ON {cell}.trade_order (buyer_id);
CREATE INDEX trade_order_by_batch ON {cell}.trade_order USING brin (batch_number) WITH (pages_per_range = 32);

-- Every change of an order's state after it was placed. Append-only.
CREATE TABLE {cell}.trade_move (
    order_id uuid NOT NULL,
    to_state smallint NOT NULL,
    from_state smallint NOT NULL,
    batch_number bigint NOT NULL,
    moved_at timestamptz NOT NULL,
    actor text NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (order_id, to_state)
);
CREATE INDEX trade_move_by_batch ON {cell}.trade_move (batch_number);
