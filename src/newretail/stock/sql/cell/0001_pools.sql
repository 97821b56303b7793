-- Everything that can run out, in one cell. Whoever writes here holds the lock on cell_head (DESIGN §2).
CREATE TABLE {cell}.stock_pool (
    node_id int NOT NULL,
    sku_id int NOT NULL,
    on_hand int NOT NULL,
    reserved int NOT NULL DEFAULT 0,
    back_order boolean NOT NULL DEFAULT false,
    -- Set while a recorded fact (a count, a till sale) has driven the pool below what is promised.
    short_since timestamptz,
    PRIMARY KEY (node_id, sku_id),
    CONSTRAINT reserved_not_negative CHECK (reserved >= 0),
    CONSTRAINT not_promised_beyond_stock CHECK (on_hand >= reserved OR back_order OR short_since IS NOT NULL)
) WITH (fillfactor = 70);

-- What a buyer has taken of a SKU that has a cap per buyer.
CREATE TABLE {cell}.stock_cap_use (
    sku_id int NOT NULL,
    buyer_id bigint NOT NULL,
    taken int NOT NULL,
    PRIMARY KEY (sku_id, buyer_id),
    CONSTRAINT taken_not_negative CHECK (taken >= 0)
);

-- Units held for a cart until a moment; the row goes when the hold is consumed, released or expired.
CREATE TABLE {cell}.stock_hold (
    hold_id uuid PRIMARY KEY,
    buyer_id bigint NOT NULL,
    node_id int NOT NULL,
    expires_at timestamptz NOT NULL,
    -- n x 2: sku_id, quantity
    lines int[] NOT NULL
);
CREATE INDEX stock_hold_by_expiry ON {cell}.stock_hold (expires_at);

-- Movements that are not orders: goods received, counts, corrections. Append-only.
CREATE TABLE {cell}.stock_movement (
    movement_id uuid PRIMARY KEY,
    batch_number bigint NOT NULL,
    node_id int NOT NULL,
    sku_id int NOT NULL,
    kind text NOT NULL CHECK (kind IN ('receive', 'count')),
    quantity int NOT NULL,
    actor text NOT NULL,
    reason text NOT NULL,
    moved_at timestamptz NOT NULL
);
CREATE INDEX stock_pool_by_sku ON {cell}.stock_pool (sku_id);
CREATE INDEX stock_pool_short ON {cell}.stock_pool (short_since) WHERE short_since IS NOT NULL;
