-- The head of a cell: who it is, and the counter that every writer of the cell locks first.
CREATE TABLE {cell}.cell_head (
    id smallint PRIMARY KEY DEFAULT 1 CHECK (id = 1),
    name text NOT NULL,
    tenant_id smallint NOT NULL,
    market_code text NOT NULL,
    currency text NOT NULL,
    rehearsal_id bigint,
    batch_number bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 10);

CREATE TABLE {cell}.cell_migration (
    name text PRIMARY KEY,
    applied_at timestamptz NOT NULL
);
