-- One text for SQLite and PostgreSQL: only TEXT, BIGINT and DOUBLE PRECISION, because sqlx's Any driver knows no
-- more. Ids and JSON are TEXT, times are BIGINT milliseconds since 1970 UTC, flags are 0 or 1.

CREATE TABLE settings (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- Who signs customer tokens: one key for each inbox (web page, app) of the business.
CREATE TABLE inboxes (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    secret TEXT NOT NULL
);

CREATE TABLE customers (
    id TEXT PRIMARY KEY,            -- the business's own id, or visitor:<uuid>
    name TEXT,
    tier TEXT,
    email TEXT,
    phone TEXT,
    signed_in BIGINT NOT NULL,      -- vouched for by a token of the business
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE conversations (
    id TEXT PRIMARY KEY,
    customer_id TEXT NOT NULL REFERENCES customers (id),
    channel TEXT NOT NULL,          -- web, rest
    external_id TEXT,               -- the channel's own name for it
    language TEXT NOT NULL,
    holder_kind TEXT NOT NULL,      -- bot, queue, agent, nobody
    holder_id TEXT,                 -- ticket (queue) or agent
    epoch BIGINT NOT NULL,          -- raised with every change of holder
    dialog TEXT NOT NULL,           -- the bot's dialog state, JSON
    last_seq BIGINT NOT NULL,       -- of any message
    customer_seq BIGINT NOT NULL,   -- of the customer's last message
    answered_seq BIGINT NOT NULL,   -- up to here the bot has answered, or a human holds it
    read_seq BIGINT NOT NULL,       -- up to here an agent has seen it
    lease_owner TEXT,               -- the worker that computes the answer now
    lease_until BIGINT NOT NULL,
    handed_off BIGINT NOT NULL,     -- a human has been involved
    rating_wanted BIGINT NOT NULL,
    rating BIGINT,
    rating_comment TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    closed_at BIGINT
);
CREATE INDEX conversations_customer ON conversations (customer_id, updated_at);
CREATE INDEX conversations_external ON conversations (channel, external_id);
CREATE INDEX conversations_holder ON conversations (holder_kind, updated_at);

CREATE TABLE messages (
    id TEXT PRIMARY KEY,
    conversation_id TEXT NOT NULL REFERENCES conversations (id),
    seq BIGINT NOT NULL,
    sender_kind TEXT NOT NULL,      -- customer, bot, agent, system
    sender_id TEXT,
    sender_name TEXT,
    kind TEXT NOT NULL,             -- text, note (staff only), event, rating
    text TEXT NOT NULL,
    payload TEXT,                   -- what a pressed button stands for
    client_id TEXT NOT NULL,        -- chosen by the sender: a resend is the same message
    extra TEXT NOT NULL,            -- JSON: buttons, citations, event, intent, confidence
    at BIGINT NOT NULL,
    UNIQUE (conversation_id, seq),
    UNIQUE (conversation_id, client_id)
);
CREATE INDEX messages_at ON messages (at);

CREATE TABLE tickets (
    id TEXT PRIMARY KEY,
    conversation_id TEXT NOT NULL REFERENCES conversations (id),
    status TEXT NOT NULL,           -- waiting, assigned, closed
    reason TEXT NOT NULL,
    priority BIGINT NOT NULL,       -- 1 urgent .. 4 low
    language TEXT NOT NULL,
    summary TEXT NOT NULL,
    intent TEXT,
    packet TEXT NOT NULL,           -- JSON, handoff::Packet
    message_left TEXT,              -- JSON {contact, text}
    agent_id TEXT,
    created_at BIGINT NOT NULL,
    deadline BIGINT NOT NULL,
    accepted_at BIGINT,
    closed_at BIGINT
);
CREATE INDEX tickets_status ON tickets (status, priority, created_at);
CREATE INDEX tickets_conversation ON tickets (conversation_id, created_at);

-- One row for each answer of the bot: what it understood and why it said what it said.
CREATE TABLE turns (
    id TEXT PRIMARY KEY,
    conversation_id TEXT NOT NULL REFERENCES conversations (id),
    seq BIGINT NOT NULL,            -- of the last message it answered
    at BIGINT NOT NULL,
    text TEXT NOT NULL,
    language TEXT NOT NULL,
    intent TEXT NOT NULL,
    confidence DOUBLE PRECISION NOT NULL,
    outcome TEXT NOT NULL,          -- answered, unanswered, handoff, done
    reply_ms BIGINT NOT NULL,       -- from the customer's message to the stored answer
    trace TEXT NOT NULL
);
CREATE INDEX turns_at ON turns (at);

CREATE TABLE agents (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,             -- agent, editor, supervisor, admin
    password_hash TEXT NOT NULL,    -- argon2id, PHC string
    language TEXT NOT NULL,
    presence TEXT NOT NULL,         -- what the agent chose: online, away
    created_at BIGINT NOT NULL
);

CREATE TABLE staff_sessions (
    token_hash TEXT PRIMARY KEY,    -- sha256 of the cookie: a stolen database opens no session
    agent_id TEXT NOT NULL REFERENCES agents (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE articles (
    slug TEXT PRIMARY KEY,
    category TEXT NOT NULL,
    content TEXT NOT NULL,          -- JSON, knowledge::Article
    revision BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    updated_by TEXT
);

CREATE TABLE graph_nodes (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    content TEXT NOT NULL           -- JSON, kg::Node
);

CREATE TABLE graph_edges (
    position BIGINT PRIMARY KEY,
    content TEXT NOT NULL           -- JSON, kg::Edge
);

CREATE TABLE intents (
    name TEXT PRIMARY KEY,
    examples TEXT NOT NULL,         -- JSON list, Rasa notation
    updated_at BIGINT NOT NULL
);

-- Files of content that are edited as a whole: responses, policy, routing, mood.
CREATE TABLE documents (
    name TEXT PRIMARY KEY,
    content TEXT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- Trained heads; the running one is the last.
CREATE TABLE heads (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    content TEXT NOT NULL,          -- base64
    report TEXT NOT NULL,
    trained_at BIGINT NOT NULL
);

CREATE TABLE audit (
    id TEXT PRIMARY KEY,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX audit_at ON audit (at);
