-- The demo shop's own database. Times: milliseconds since 1970 UTC. Money: minor units. JSON and ids: TEXT.

CREATE TABLE customers (
    id         TEXT   NOT NULL PRIMARY KEY,
    position   BIGINT NOT NULL,          -- the order in which the demo shows them
    name       TEXT   NOT NULL,
    tier       TEXT   NOT NULL,
    language   TEXT   NOT NULL,
    email      TEXT   NOT NULL,
    phone      TEXT   NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE products (
    id       TEXT   NOT NULL PRIMARY KEY,
    position BIGINT NOT NULL,
    name_zh  TEXT   NOT NULL,
    name_en  TEXT   NOT NULL,
    price    BIGINT NOT NULL
);

CREATE TABLE orders (
    id              TEXT   NOT NULL PRIMARY KEY,
    customer_id     TEXT   NOT NULL REFERENCES customers (id),
    status          TEXT   NOT NULL,
    currency        TEXT   NOT NULL,
    total           BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    paid_at         BIGINT,
    shipped_at      BIGINT,
    delivered_at    BIGINT,
    promised_at     BIGINT,
    items           TEXT   NOT NULL,     -- JSON array: what was bought, at the price of that day
    address         TEXT   NOT NULL,     -- JSON object
    carrier         TEXT,
    tracking_number TEXT,
    warehouse       TEXT,
    return_request  TEXT,                -- JSON object
    version         BIGINT NOT NULL
);
CREATE INDEX orders_by_customer ON orders (customer_id, created_at);
CREATE INDEX orders_by_time ON orders (created_at);

-- One row per change: the audit trail, and the proof that a change happened once.
CREATE TABLE order_events (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    order_id        TEXT   NOT NULL REFERENCES orders (id),
    at              BIGINT NOT NULL,
    kind            TEXT   NOT NULL,
    version         BIGINT NOT NULL,
    idempotency_key TEXT,
    data            TEXT   NOT NULL,
    UNIQUE (order_id, version)
);

CREATE TABLE tracking_events (
    order_id TEXT   NOT NULL REFERENCES orders (id),
    at       BIGINT NOT NULL,
    phase    TEXT   NOT NULL,            -- picked_up, in_transit, out_for_delivery, delivered
    place_zh TEXT   NOT NULL,
    place_en TEXT   NOT NULL,
    text_zh  TEXT   NOT NULL,
    text_en  TEXT   NOT NULL
);
CREATE INDEX tracking_by_order ON tracking_events (order_id, at);

-- Which write was answered with what; status 0 is only ever seen inside the transaction that is still writing.
CREATE TABLE idempotency_keys (
    idempotency_key TEXT   NOT NULL PRIMARY KEY,
    request_hash    TEXT   NOT NULL,
    created_at      BIGINT NOT NULL,
    status          BIGINT NOT NULL,
    body            TEXT   NOT NULL
);
CREATE INDEX idempotency_by_time ON idempotency_keys (created_at);
