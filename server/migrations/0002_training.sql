-- Editors change a draft (`intents`); customers are served by the head that was published last.

-- Raised with every change: who saves over something he has not seen is refused.
ALTER TABLE intents ADD COLUMN revision BIGINT NOT NULL DEFAULT 1;
ALTER TABLE intents ADD COLUMN updated_by TEXT;     -- an agent; nobody when it came from files

-- Heads of the kind `intent_candidate` are trained and not published; there is at most one.
ALTER TABLE heads ADD COLUMN examples TEXT;         -- JSON, store::training::Draft: what it learnt from
ALTER TABLE heads ADD COLUMN readings TEXT;         -- JSON, its examples as read while they were held back
ALTER TABLE heads ADD COLUMN made_by TEXT;          -- an agent
