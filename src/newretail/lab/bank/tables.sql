CREATE TABLE IF NOT EXISTS payment (
    number INTEGER PRIMARY KEY,
    ref TEXT NOT NULL UNIQUE,
    wire TEXT NOT NULL,
    payment TEXT NOT NULL,
    order_id TEXT NOT NULL,
    cell TEXT NOT NULL,
    amount INTEGER NOT NULL,
    currency TEXT NOT NULL,
    state TEXT NOT NULL,
    captured INTEGER NOT NULL DEFAULT 0,
    refunded INTEGER NOT NULL DEFAULT 0,
    charged_back INTEGER NOT NULL DEFAULT 0,
    notify_url TEXT NOT NULL,
    return_url TEXT NOT NULL,
    created_at REAL NOT NULL,
    UNIQUE (wire, payment)
);
CREATE TABLE IF NOT EXISTS event (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    ref TEXT NOT NULL,
    wire TEXT NOT NULL,
    kind TEXT NOT NULL,
    amount INTEGER NOT NULL,
    at REAL NOT NULL,
    call TEXT,
    detail TEXT NOT NULL,
    is_lie INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS event_by_payment ON event (ref);
CREATE TABLE IF NOT EXISTS call (
    wire TEXT NOT NULL,
    key TEXT NOT NULL,
    answer TEXT NOT NULL,
    PRIMARY KEY (wire, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS refund (
    id TEXT PRIMARY KEY,
    ref TEXT NOT NULL,
    call TEXT NOT NULL,
    amount INTEGER NOT NULL,
    at REAL NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS refund_by_payment ON refund (ref);
CREATE TABLE IF NOT EXISTS delivery (
    number INTEGER PRIMARY KEY,
    seq INTEGER NOT NULL,
    due REAL NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS delivery_by_due ON delivery (due);
CREATE TABLE IF NOT EXISTS rehearsal (
    cell TEXT PRIMARY KEY,
    faults TEXT NOT NULL,
    seed INTEGER NOT NULL
) WITHOUT ROWID;
