-- The knowledge graph is edited piece by piece. Every change of it is one row here with a number of its own, so that two
-- editors (or two nodes) who change the same graph notice each other: the second number is taken.
CREATE TABLE graph_changes (
    version BIGINT PRIMARY KEY,     -- counted from 1 without gaps
    at BIGINT NOT NULL,
    by_agent TEXT,                  -- an agent's id
    action TEXT NOT NULL,           -- save_node, delete_node, save_edge, delete_edge, import, undo
    subject TEXT NOT NULL,          -- a node, an edge as "from kind to", or what was imported
    old_content TEXT NOT NULL,      -- JSON, kg::GraphDocument: what was there and is changed or gone
    new_content TEXT NOT NULL       -- JSON, kg::GraphDocument: what is there instead
);

-- The number of the change that wrote it last, 0 for what came from files.
ALTER TABLE graph_nodes ADD COLUMN revision BIGINT NOT NULL DEFAULT 0;
ALTER TABLE graph_edges ADD COLUMN revision BIGINT NOT NULL DEFAULT 0;
