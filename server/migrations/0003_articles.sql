-- Every version of an article, drafts among them; `articles` has the one that serves.

CREATE TABLE article_versions (
    slug TEXT NOT NULL,
    number BIGINT NOT NULL,         -- articles.revision is the number of the version that serves
    state TEXT NOT NULL,            -- draft, review, rejected, published, archived
    content TEXT NOT NULL,          -- JSON, store::articles::Content
    based_on BIGINT NOT NULL,       -- the version that served when it was begun; 0: a new article
    revision BIGINT NOT NULL,       -- raised with every save: who saves over something he has not seen is refused
    author TEXT,                    -- an agent; nobody when it came from files
    edited_by TEXT,                 -- an agent
    reviewer TEXT,                  -- the agent who published or rejected it
    note TEXT NOT NULL,             -- of the author
    answer TEXT NOT NULL,           -- of the reviewer
    gap TEXT,                       -- the gap that it is to close
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    decided_at BIGINT,
    PRIMARY KEY (slug, number)
);
CREATE INDEX article_versions_state ON article_versions (state, updated_at);

INSERT INTO article_versions (slug, number, state, content, based_on, revision, author, edited_by, reviewer, note, answer, created_at, updated_at, decided_at)
SELECT slug, revision, 'published', content, 0, 1, updated_by, updated_by, updated_by, '', '', updated_at, updated_at, updated_at FROM articles;

-- What editors have decided about questions that found no answer.
CREATE TABLE gaps (
    id TEXT PRIMARY KEY,
    state TEXT NOT NULL,            -- dismissed, article
    question TEXT NOT NULL,         -- by its meaning they are found again; without personal details
    count BIGINT NOT NULL,          -- how many questions it had then
    slug TEXT,                      -- the article that was begun
    decided_by TEXT,                -- an agent
    decided_at BIGINT NOT NULL
);
CREATE INDEX article_versions_gap ON article_versions (gap);
