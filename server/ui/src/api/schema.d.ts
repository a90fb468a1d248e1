// Generated from ../openapi.json by `make openapi`; do not edit.

export interface paths {
    "/api/v1/articles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Titles of the help centre's articles. */
        get: {
            parameters: {
                query?: {
                    language?: string;
                    /** @description Words that must occur */
                    q?: string;
                    category?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ArticleTitles"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/articles/{slug}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One article of the help centre, or (`graph:<node>`) what the graph knows about a product, category or policy. */
        get: {
            parameters: {
                query?: {
                    /** @description zh or en */
                    language?: string;
                };
                header?: never;
                path: {
                    slug: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ArticlePage"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/chat/conversations/{id}/leave-queue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The customer no longer wants to wait for a human; the bot goes on. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/chat/conversations/{id}/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Messages after `after`; with `wait`, the answer comes when there is something new (long polling). */
        get: {
            parameters: {
                query?: {
                    /** @description Last seq that the caller has */
                    after?: number;
                    /** @description Seconds to wait for something new, at most 30 */
                    wait?: number;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MessagesView"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        /** Sends a message. 201: stored; 200: this client_id was stored before. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["SendRequest"];
                };
            };
            responses: {
                /** @description Sent before */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MessageView"];
                    };
                };
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MessageView"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/chat/conversations/{id}/rating": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The customer's rating, once the conversation asks for it. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["RatingRequest"];
                };
            };
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/chat/conversations/{id}/typing": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Tells the agent that the customer is typing. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/chat/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Starts a chat, or resumes the open conversation. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["SessionRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SessionView"];
                    };
                };
                /** @description The customer token is not valid */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/demo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The demo shop's customers with their tokens. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Demo"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/demo/orders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The signed-in customer's orders. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OrderList"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/demo/products": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The demo shop's products. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ProductList"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/knowledge/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The passages that answer a question best, each article at most once. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["SearchRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SearchResponse"];
                    };
                };
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/staff/agents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Colleagues, who is present, and how many conversations each holds. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AgentList"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/staff/article-export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Everything that is published: a zip of Markdown files with front matter, or JSON lines as `kefu index` reads them. */
        get: {
            parameters: {
                query?: {
                    /** @description markdown (a zip archive, by default) or jsonl */
                    format?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/zip": string;
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/staff/article-import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Reads files or a site and shows which articles would come of them; nothing is stored. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ArticleImport"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ArticleImportView"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/staff/article-import/drafts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes drafts; nothing is published by it. An article that exists keeps its other languages. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["TakeArticles"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TakenView"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/staff/articles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All articles for the editors' table, drafts of new ones and deleted ones among them. */
        get: {
            parameters: {
                query?: {
                    q?: string;
                    category?: string;
                    /** @description Only articles that have this version */
                    language?: string;
                    /** @description published, unpublished, scheduled, expired, out_of_date, draft, review, rejected or deleted; without it all that are not deleted */
                    state?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["EditorList"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        /** Publishes a new article in one step; the bot knows it when this returns. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["SaveArticle"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ArticleView"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/staff/articles/{slug}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One article as editors see it: what is published, and which drafts there are. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    slug: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ArticleView"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        /** Publishes a change in one step, as a version of its own; the bot knows it when this returns. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    slug: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["SaveArticle"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ArticleView"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        post?: never;
        /** Takes an article out of service, in all its languages; its versions are kept. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    slug: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/staff/articles/{slug}/diff": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What differs between two versions, word by word. `from` 0 is nothing at all. */
        get: {
            parameters: {
                query: {
                    from: number;
                    to: number;
                };
                header?: never;
                path: {
                    slug: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DiffView"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/staff/articles/{slug}/draft": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Keeps a draft, finished or not. Nobody but editors sees it. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    slug: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["DraftRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["VersionView"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/staff/articles/{slug}/merge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Joins two people's changes of one article, and shows where they conflict. Nothing is stored. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    slug: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["MergeRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MergeView"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/staff/articles/{slug}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** An article's history: every version, and who did what. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    slug: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["VersionList"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/staff/articles/{slug}/versions/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One version with its text. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    slug: string;
                    number: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["VersionView"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        /** One step of the way from a draft to what serves. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    slug: string;
                    number: number;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["StepRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["VersionView"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        /** Throws a draft away. */
        delete: {
            parameters: {
                query: {
                    revision: number;
                };
                header?: never;
                path: {
                    slug: string;
                    number: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/staff/conversations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Conversations, most recent first, 50 at a time. */
        get: {
            parameters: {
                query?: {
                    /** @description mine, all (open), bot or closed */
                    scope?: string;
                    /** @description `last_at` of the last row of the page before */
                    before?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ConversationList"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/staff/conversations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One conversation with its messages, ticket and packet; marks it as read. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ConversationDetail"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/staff/conversations/{id}/close": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ends the conversation; the customer is asked for a rating. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NoteRequest"];
                };
            };
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/staff/conversations/{id}/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Messages after `after`. */
        get: {
            parameters: {
                query?: {
                    after?: number;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MessageList"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        /** Writes to the customer (only whoever holds the conversation), or a note to colleagues. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["SayRequest"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MessageView"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/staff/conversations/{id}/orders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The customer's orders, newest first. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OrderList"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                502: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/staff/conversations/{id}/return": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Gives the conversation back to the bot. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NoteRequest"];
                };
            };
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/staff/conversations/{id}/suggestions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the bot would say to the customer's last message; the agent decides. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SuggestionList"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/staff/conversations/{id}/take-over": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes over a conversation from the bot or the queue. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/staff/conversations/{id}/transfer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Gives the conversation to another agent or back into the queue. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["TransferRequest"];
                };
            };
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/staff/conversations/{id}/typing": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Tells the customer that the agent is typing. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/staff/dashboard": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Live figures of today. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Dashboard"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/staff/gaps": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Unanswered and badly rated questions of the last days, grouped by meaning. */
        get: {
            parameters: {
                query?: {
                    /** @description 30 by default */
                    days?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["GapList"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/staff/gaps/conversations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was said in a conversation, for editors: without names, notes and personal details. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Transcript"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/staff/gaps/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Decides about a gap. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["GapRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["GapDecided"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/staff/graph/ask": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Puts a customer's question to the graph alone, without the bot. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["GraphQuestion"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["GraphReply"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/staff/graph/edges": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Saves the properties of an edge, or connects two nodes. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["EdgeRequest"];
                };
            };
            responses: {
                /** @description The node that the edge leaves */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NodeView"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        post?: never;
        /** Takes an edge away. */
        delete: {
            parameters: {
                query: {
                    from: string;
                    kind: string;
                    to: string;
                    revision: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/staff/graph/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The graph as a file. */
        get: {
            parameters: {
                query: {
                    /** @description nodes or edges (CSV), jsonld, yaml */
                    format: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/csv": string;
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/staff/graph/export/report": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the export as JSON-LD leaves out. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ExportReport"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/staff/graph/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was changed, by whom and when. */
        get: {
            parameters: {
                query?: {
                    /** @description Only changes before this one. */
                    before?: number | null;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["GraphHistory"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/staff/graph/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Reads files of nodes and edges: first as a preview with problems by file and line, then into the graph. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["GraphImport"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["GraphImportView"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/staff/graph/nodes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Nodes of the graph by kind and name, a page at a time. */
        get: {
            parameters: {
                query?: {
                    /** @description A part of a name, an alias or the id, in any language. */
                    q?: string;
                    /** @description Only nodes of this kind. */
                    kind?: string;
                    /** @description Of the nodes found, from here on. */
                    from?: number;
                    /** @description At most 200, which is also the default. */
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NodeList"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/staff/graph/nodes/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One node with everything that it is connected to. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NodeView"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        /** Saves a node or makes a new one; it is in use at once. What would break the graph is refused, with node and field. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NodeRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NodeView"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        post?: never;
        /** Deletes a node and all edges at it. */
        delete: {
            parameters: {
                query: {
                    revision: number;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/staff/graph/undo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes the last change back, as a change of its own. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["UndoRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["GraphHistory"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/staff/intents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The draft: all intents with their examples, and what differs from what is published. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["IntentList"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/staff/intents/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Replaces an intent's examples in the draft, or makes a new intent. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ExamplesRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["IntentView"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        post?: never;
        /** Takes an intent out of the draft; the bot knows it until the next publishing. */
        delete: {
            parameters: {
                query: {
                    revision: number;
                };
                header?: never;
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/staff/intents/{name}/examples": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Adds single examples to an intent or takes them away; two editors who add different ones do not disturb each other. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ChangeRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["IntentView"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/staff/intents/{name}/rename": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Gives an intent of the draft another name. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["RenameRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["IntentView"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/staff/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Signs in; the session is an HttpOnly cookie. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["LoginRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Me"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/staff/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ends the session. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/staff/markdown": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Markdown as the help centre and the widget show it, for the live preview. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["MarkdownRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MarkdownResponse"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/staff/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who am I? */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Me"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Changes the caller's language or presence. */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["MeChange"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Me"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/v1/staff/queue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Everybody who waits for a human, next first. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["QueueList"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/staff/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Runs real and test questions against the base that serves and the one with these drafts. The answer is a stream of
         *     server-sent events; the last one is the report, or why there is none.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ReplayRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/event-stream": components["schemas"]["ReplayEvent"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/staff/tickets/{id}/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes a ticket from the queue. Exactly one agent wins; the others get 409 `already_taken`. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TicketView"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/staff/train": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How far the training is, what is published and what could be. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TrainingView"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        /** Trains a candidate on the draft, in the background; the server goes on answering with what is published. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TrainingView"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/staff/train/discard": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Drops the candidate, or all changes of the draft since the last publishing. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["DiscardRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TrainingView"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/staff/train/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The draft as one file of Rasa's YAML 3.1. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/yaml": string;
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/staff/train/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Reads a Rasa project: first as a preview with a report, then into the draft. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ImportRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ImportView"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/staff/train/move": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Moves examples of the draft from one intent to another. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["MoveRequest"];
                };
            };
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/staff/train/publish": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The candidate answers customers from now on, on every node. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["PublishRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TrainingView"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/staff/train/report": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What is known of a head: precision and recall of each intent, confusions, near-duplicates, and what reads otherwise
         *     than before.
         */
        get: {
            parameters: {
                query: {
                    /** @description published or candidate */
                    head: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, unknown>;
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/staff/train/try": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What the published model and the candidate make of one utterance. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["TryTextRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TryTextResponse"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/staff/try": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Says something to the bot and shows how it decided. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["TryRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TryResponse"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 200 while this node can answer; 503 when the store or the encoder is gone. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Health"];
                    };
                };
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Health"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** For Prometheus. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/plain": string;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/model/parse": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What an utterance means, in the shape of Rasa's `/model/parse`. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ParseRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ParseResponse"];
                    };
                };
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description OpenAPI 3.1 */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks/rest/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Is the channel there? As Rasa answers it. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description `{"status":"ok"}` */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks/rest/webhook": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sends a customer's message and waits for the bot's answers. */
        post: {
            parameters: {
                query?: {
                    /** @description When `rest.token` is configured */
                    token?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["RestMessage"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RestAnswer"][];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                504: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        AgentList: {
            agents: components["schemas"]["AgentView"][];
        };
        AgentName: {
            id: string;
            name: string;
        };
        AgentView: {
            id: string;
            name: string;
            role: string;
            language: string;
            /** @description online, away or offline */
            presence: string;
            /**
             * Format: int64
             * @description Conversations that this agent holds.
             */
            open: number;
        };
        /** @description What an article says, in all its languages. */
        ArticleContent: {
            category: string;
            /** @description Language (zh, en) -> text. */
            versions: {
                [key: string]: components["schemas"]["ArticleVersion"];
            };
            /** @description First and last day on which it serves, `2026-11-22`, in the business's time zone. */
            valid_from?: string | null;
            valid_until?: string | null;
            /** @description Languages that are right although another has changed. */
            still_right?: string[];
            /** @description Languages whose text has not followed a change of another. Only in answers. */
            out_of_date?: string[];
            /** @description Language -> when its title or text last changed. Only in answers. */
            changed?: {
                [key: string]: number;
            };
        };
        ArticleImport: {
            /**
             * @description Markdown with front matter, CSV, XLSX, HTML, DOCX, PDF, JSON of Zendesk's or Chatwoot's help centre, JSON lines;
             *     or zip archives of them.
             */
            files?: components["schemas"]["ImportFile"][];
            /** @description A site instead of files: its pages are fetched by its sitemap, within its robots.txt. */
            url?: string | null;
        };
        ArticleImportView: {
            articles: components["schemas"]["ImportedArticle"][];
            files: components["schemas"]["ReadFile"][];
            /** @description What was not taken, or not as it stands. */
            notes: components["schemas"]["ReadNote"][];
            /** @description Further notes, which are not listed. */
            more_notes: number;
        };
        ArticlePage: {
            slug: string;
            /** @description The language of this version; another than asked when there is no version in the asked one. */
            language: string;
            title: string;
            /** @description Safe HTML made from the article's Markdown. */
            body_html: string;
            category: string;
            /** @description Languages in which the article exists. */
            languages: string[];
        };
        ArticleTitle: {
            slug: string;
            title: string;
            category: string;
        };
        ArticleTitles: {
            articles: components["schemas"]["ArticleTitle"][];
        };
        ArticleVersion: {
            title: string;
            /** @description Markdown */
            body: string;
            /** @description Ways in which customers ask this. */
            questions?: string[];
        };
        ArticleView: components["schemas"]["ArticleContent"] & {
            slug: string;
            /** Format: int64 */
            updated_at: number;
            /**
             * Format: int64
             * @description Number of the version that is published, 0 when none is. Send it back with a change; it is refused when somebody else
             *     published meanwhile.
             */
            revision: number;
            /** @description Published, and today is one of its days. */
            live: boolean;
            /** @description Drafts and what waits for a review, newest first. */
            open: components["schemas"]["VersionHead"][];
        };
        ButtonView: {
            title: string;
            /** @description Sent back as the message's `payload` when the button is pressed. */
            payload: string;
        };
        ChangeRequest: {
            add?: string[];
            /** @description They must be there; what is added takes the place of the last of them. */
            remove?: string[];
        };
        ChangeView: {
            /** Format: int64 */
            version: number;
            /** Format: int64 */
            at: number;
            who?: string | null;
            /** @description save_node, delete_node, save_edge, delete_edge, import or undo */
            action: string;
            subject: string;
        };
        /** @description A conversation as its customer sees it. */
        ChatView: {
            id: string;
            language: string;
            /** @description bot, queue, agent or nobody */
            holder: string;
            agent?: components["schemas"]["NameView"] | null;
            queue?: components["schemas"]["QueueView"] | null;
            rating_wanted: boolean;
            /** Format: int64 */
            rating?: number | null;
            /** Format: int64 */
            last_seq: number;
        };
        CitationView: {
            /** @description Slug of the article, or `graph:<node>`. */
            article: string;
            title: string;
            url: string;
        };
        ConversationDetail: {
            conversation: components["schemas"]["ConversationRow"];
            /** Format: int64 */
            epoch: number;
            customer: components["schemas"]["CustomerView"];
            messages: components["schemas"]["MessageView"][];
            ticket?: components["schemas"]["TicketView"] | null;
            packet?: components["schemas"]["PacketView"] | null;
        };
        ConversationList: {
            conversations: components["schemas"]["ConversationRow"][];
        };
        /** @description One line of the console's lists. */
        ConversationRow: {
            id: string;
            customer: components["schemas"]["CustomerView"];
            holder: string;
            agent?: components["schemas"]["AgentName"] | null;
            language: string;
            channel: string;
            last_message?: string | null;
            /** Format: int64 */
            last_at: number;
            /** Format: int64 */
            last_seq: number;
            /**
             * Format: int64
             * @description Messages of the customer that no agent has opened yet.
             */
            unread: number;
            /** Format: int64 */
            rating?: number | null;
            ticket?: components["schemas"]["TicketView"] | null;
        };
        Custom: {
            citations: components["schemas"]["CitationView"][];
            intent?: string | null;
            /** Format: float */
            confidence?: number | null;
            /** @description bot, queue, agent or nobody: who answers from now on */
            holder: string;
            ticket?: string | null;
        };
        CustomerView: {
            id: string;
            name?: string | null;
            tier?: string | null;
            signed_in: boolean;
            email?: string | null;
            phone?: string | null;
        };
        Dashboard: {
            /**
             * Format: int64
             * @description Conversations that are not closed.
             */
            open: number;
            /** Format: int64 */
            waiting: number;
            /** Format: int64 */
            with_agents: number;
            /** Format: int64 */
            with_bot: number;
            /** Format: int64 */
            closed_today: number;
            /**
             * Format: int64
             * @description Closed today without a human.
             */
            resolved_by_bot_today: number;
            /** Format: int64 */
            handoffs_today: number;
            /**
             * Format: int64
             * @description From a customer's message to the bot's stored answer, today.
             */
            median_reply_ms?: number | null;
            /**
             * Format: double
             * @description Mean rating today, 1..5.
             */
            csat_today?: number | null;
            /** @description Why humans were needed today. */
            reasons: {
                [key: string]: number;
            };
            intents: components["schemas"]["IntentCount"][];
            /** @description Questions without an answer, newest first: gaps for the editors. */
            unanswered: components["schemas"]["Unanswered"][];
            per_hour: components["schemas"]["Hour"][];
        };
        Demo: {
            customers: components["schemas"]["DemoCustomer"][];
        };
        DemoCustomer: {
            id: string;
            name: string;
            tier: string;
            language: string;
            /** @description What the business's own login would hand to the widget. */
            token: string;
        };
        DiffView: {
            /** @description Only those that differ. */
            fields: components["schemas"]["FieldDiff"][];
        };
        Difference: {
            new: number;
            changed: number;
            same: number;
            removed: number;
        };
        DiscardRequest: {
            /** @description Id of the candidate to drop. */
            candidate?: string | null;
            /** @description The draft's stamp, to bring all examples back to what is published. At least one of the two must be given. */
            draft?: string | null;
        };
        DraftRequest: {
            content: components["schemas"]["ArticleContent"];
            /**
             * Format: int64
             * @description The draft that is saved; without it a new one is begun.
             */
            number?: number | null;
            /**
             * Format: int64
             * @description The draft's revision that the editor has seen.
             */
            revision?: number | null;
            /**
             * Format: int64
             * @description The published version that the text takes into account; 0 for a new article.
             */
            based_on?: number;
            /** @description What the author says about the change. */
            note?: string;
            /** @description The gap that it is to close, when it is begun. */
            gap?: string | null;
        };
        EdgeRequest: {
            from: string;
            kind: string;
            to: string;
            /** @description `stock` on ships_from, `days` (from, to) on serves. */
            props?: Record<string, unknown>;
            /**
             * Format: int64
             * @description What the change started from; absent for a new edge.
             */
            revision?: number | null;
        };
        EdgeView: {
            from: string;
            kind: string;
            to: string;
            /** @description `stock` on ships_from, `days` (from, to) on serves. */
            props: Record<string, unknown>;
            /** Format: int64 */
            revision: number;
        };
        EditorList: {
            articles: components["schemas"]["EditorRow"][];
            categories: string[];
            /** @description How many articles there are of each state, whatever is asked for. */
            counts: {
                [key: string]: number;
            };
        };
        EditorRow: {
            slug: string;
            category: string;
            languages: string[];
            /** @description Language -> title. */
            titles: {
                [key: string]: string;
            };
            /** Format: int64 */
            updated_at: number;
            /**
             * Format: int64
             * @description Number of the published version; 0 when there is none.
             */
            revision: number;
            /** @description Published, and today is one of its days. */
            live: boolean;
            valid_from?: string | null;
            valid_until?: string | null;
            /** @description Languages whose text has not followed a change of another. */
            out_of_date: string[];
            /** @description What applies: published, unpublished, scheduled, expired, out_of_date, draft, review, rejected, deleted. */
            states: string[];
            /** @description Drafts and what waits for a review, newest first. */
            open: components["schemas"]["VersionHead"][];
        };
        /** @description Body of every error. */
        ErrorBody: {
            /**
             * @description Stable, for programs.
             * @example not_found
             */
            code: string;
            /** @description For people, in the language of the request's Accept-Language (zh or en). */
            message: string;
        };
        Example: {
            /** @description Without what tells who it was. */
            text: string;
            language: string;
            /** Format: int64 */
            at: number;
            conversation: string;
            /** @description unanswered, handoff, rated */
            why: string;
            /** @description The base answers it now. */
            answered: boolean;
        };
        ExamplesRequest: {
            examples: string[];
            /**
             * Format: int64
             * @description What the change started from; 0 makes a new intent.
             */
            revision: number;
        };
        ExportReport: {
            /** @description What schema.org has no words for. */
            left_out: string[];
        };
        FieldDiff: {
            /** @description `category`, `valid_from`, `valid_until`, `zh.title`, `zh.body`, `zh.questions` and so on. */
            field: string;
            pieces: components["schemas"]["Piece"][];
        };
        GapDecided: {
            /** @description The draft that was begun. */
            slug?: string | null;
            /** Format: int64 */
            number?: number | null;
            /** @description The conversation whose human answer it has been filled with. */
            conversation?: string | null;
        };
        GapList: {
            /** Format: int64 */
            days: number;
            /** @description The largest first. */
            gaps: components["schemas"]["GapView"][];
        };
        GapRequest: {
            step: components["schemas"]["GapStep"];
            /**
             * Format: int64
             * @description As in the list that was looked at.
             */
            days?: number | null;
        };
        /** @enum {string} */
        GapStep: "dismiss" | "reopen" | "article";
        GapView: {
            /** @description For deciding about it. */
            id: string;
            /** @enum {string} */
            state: "open" | "drafted" | "closed" | "dismissed";
            /** @description The most typical of its questions. */
            question: string;
            language: string;
            count: number;
            conversations: number;
            /** @description How many of them were answered, but rated 1 or 2. */
            rated: number;
            /** Format: int64 */
            last_at: number;
            /** @description Questions of each day, the oldest first. */
            per_day: number[];
            /** @description The newest. */
            examples: components["schemas"]["Example"][];
            /** @description How many of `examples` the base answers now. */
            answered_now: number;
            /** @description The article that was begun, and the number of its version. */
            slug?: string | null;
            /** Format: int64 */
            version?: number | null;
            decided_by?: string | null;
            /** Format: int64 */
            decided_at?: number | null;
            /** @description Dismissed once, and grown since. */
            grown: boolean;
        };
        GraphHistory: {
            /** @description The newest first, 50 at a time. */
            changes: components["schemas"]["ChangeView"][];
        };
        GraphImport: {
            /** @description nodes.csv, edges.csv, *.jsonld or *.json (schema.org), *.yml (as exported). */
            files: components["schemas"]["UploadedFile"][];
            mode: components["schemas"]["GraphImportMode"];
            /**
             * Format: int64
             * @description From the preview; refused when the graph was changed since. Not for `preview`.
             */
            version?: number | null;
        };
        /** @enum {string} */
        GraphImportMode: "preview" | "preview_replace" | "merge" | "replace";
        GraphImportView: {
            /** @description Whether the graph was changed. */
            applied: boolean;
            /** Format: int64 */
            version: number;
            nodes: components["schemas"]["Difference"];
            edges: components["schemas"]["Difference"];
            /** @description What is new, changed or removed: "+ id", "~ id", "- id"; the first 200. */
            changes: string[];
            /** @description With any of these, nothing is taken. */
            problems: components["schemas"]["RemarkView"][];
            /** @description What was left out, or taken otherwise than it stands. */
            notes: components["schemas"]["RemarkView"][];
            /** @description Further problems and notes, which are not listed. */
            more: number;
        };
        GraphQuestion: {
            text: string;
            /** @description zh or en; as the page's language when absent */
            language?: string | null;
        };
        GraphReply: {
            /** @description Absent when the graph does not know. */
            text?: string | null;
            /** @description The path that proves it. */
            steps: components["schemas"]["StepView"][];
            /** @description The nodes that the question asks for. */
            nodes: string[];
            /** @description yes, no or depends */
            verdict?: string | null;
            /** @description Things that the question names. */
            named: string[];
            /** @description Words that the graph does not know; because of them it does not answer. */
            unknown: string[];
        };
        HeadView: {
            id: string;
            /** Format: int64 */
            trained_at: number;
            /** @description Who trained or published it; nobody when it was the command line. */
            by?: string | null;
            /** @description Has it learnt what the draft says now? */
            is_draft: boolean;
            /** Format: double */
            accuracy?: number | null;
        };
        Health: {
            /** @description ok, or failing */
            status: string;
            version: string;
            /** @description ok or failing, for each part */
            store: string;
            encoder: string;
            orders: string;
            articles: number;
        };
        Hit: {
            id: string;
            /**
             * Format: float
             * @description Calibrated probability that this article answers the question.
             */
            score: number;
            passage: string;
            language: string;
            citation: components["schemas"]["CitationView"];
            /** Format: float */
            bm25: number;
            /** Format: float */
            cosine: number;
        };
        Hour: {
            /** Format: int64 */
            hour_ms: number;
            /** Format: int64 */
            messages: number;
            /** Format: int64 */
            handoffs: number;
        };
        ImportFile: {
            name: string;
            /** @description base64 */
            data: string;
        };
        /** @enum {string} */
        ImportMode: "preview" | "merge" | "replace";
        ImportNote: {
            file?: string;
            /** @description 0 when it concerns the whole file */
            line: number;
            text: string;
        };
        ImportRequest: {
            /** @description A zip archive, or single files of a project: YAML 2.0 and 3.x, Markdown, JSON. */
            files: components["schemas"]["UploadedFile"][];
            /** @description preview changes nothing; merge adds to the draft; replace puts the project in the draft's place. */
            mode: components["schemas"]["ImportMode"];
            /** @description From the preview; refused when somebody has changed the draft since. Not for `preview`. */
            stamp?: string | null;
        };
        ImportView: {
            /** @description Whether the draft was changed. */
            applied: boolean;
            stamp: string;
            intents: components["schemas"]["ImportedIntent"][];
            examples: number;
            /** @description Examples that the draft does not have yet. */
            fresh: number;
            /** @description Entities marked in examples. */
            entities: number;
            synonyms: number;
            regexes: number;
            lookups: number;
            files: components["schemas"]["ImportedFile"][];
            /** @description What was not taken, or not as it stands. */
            notes: components["schemas"]["ImportNote"][];
            /** @description Further notes, which are not listed. */
            more_notes: number;
        };
        ImportedArticle: {
            slug: string;
            category: string;
            versions: {
                [key: string]: components["schemas"]["ArticleVersion"];
            };
            /** @description Where each version stood. */
            sources: string[];
            /**
             * @description new; changed: there is an article of this slug that says something else; same: it says just this; draft: somebody
             *     has an unfinished draft of it.
             */
            state: string;
        };
        ImportedFile: {
            name: string;
            taken: boolean;
            /** @description What was taken from it, or why nothing was. */
            text: string;
        };
        ImportedIntent: {
            name: string;
            examples: number;
            fresh: number;
            /** @description Does the draft have an intent of this name? */
            exists: boolean;
        };
        IntentCount: {
            name: string;
            /** Format: int64 */
            count: number;
        };
        IntentList: {
            intents: components["schemas"]["IntentView"][];
            /** @description Published intents that the draft has no more. */
            deleted: string[];
            /** @description Changes with every change of the draft; discarding and importing want it back. */
            stamp: string;
        };
        IntentView: {
            name: string;
            /** @description Example utterances in Rasa's notation: `where is [KF2026110017](order_number)`. */
            examples: string[];
            /**
             * Format: int64
             * @description Send it back with a change; it is refused when somebody else changed the intent meanwhile.
             */
            revision: number;
            /** Format: int64 */
            updated_at: number;
            updated_by?: string | null;
            /** @description new, changed or same, against what is published */
            change: string;
            /** @description Those of `examples` that are not published. */
            added: string[];
            /** @description Published examples that the draft has no more. */
            removed: string[];
        };
        LeftMessageView: {
            contact: string;
            text: string;
        };
        LeftOut: {
            slug: string;
            reason: string;
        };
        LogLine: {
            /** Format: int64 */
            at: number;
            who: string;
            /** @description publish_article, delete_article, begin_article_draft, move_article_version, discard_article_draft */
            action: string;
            /** Format: int64 */
            version?: number | null;
            /** @description draft, review, rejected */
            to?: string | null;
            /** @description Published by whoever wrote it. */
            own: boolean;
        };
        LoginRequest: {
            email: string;
            password: string;
        };
        MarkdownRequest: {
            body: string;
        };
        MarkdownResponse: {
            /** @description As customers will see it: whatever could run is text. */
            body_html: string;
        };
        Me: {
            id: string;
            name: string;
            email: string;
            /** @description agent, editor, supervisor or admin */
            role: string;
            language: string;
            /** @description online, away or offline */
            presence: string;
        };
        MeChange: {
            /** @description zh or en */
            language?: string | null;
            /** @description online, away or offline (no more new chats; those under way stay) */
            presence?: string | null;
        };
        MergeRequest: {
            /** @description What the caller has written. */
            mine: components["schemas"]["ArticleContent"];
            /**
             * Format: int64
             * @description What both started from: a version's number, or its text where it was a draft that is no more. Neither: nothing.
             */
            base_number?: number | null;
            base?: components["schemas"]["ArticleContent"] | null;
            /**
             * Format: int64
             * @description Number of the version that somebody else made of it.
             */
            theirs: number;
        };
        MergeView: {
            theirs: components["schemas"]["VersionHead"];
            /** @description Fields that either has changed. */
            fields: components["schemas"]["Merged"][];
            /** @description How many places must be decided. */
            conflicts: number;
            /** @description `mine` with what came in and does not conflict; conflicts as the caller wrote them. */
            content: components["schemas"]["ArticleContent"];
        };
        Merged: {
            /** @description `category`, `valid_from`, `valid_until`, `zh.title`, `zh.body`, `zh.questions` and so on. */
            field: string;
            /** @description Text that both agree on, and conflicts, in order. */
            parts: components["schemas"]["Part"][];
            /** @description Against what the caller wrote; empty where there is a conflict or nothing came in. */
            incoming: components["schemas"]["Piece"][];
        };
        MessageList: {
            messages: components["schemas"]["MessageView"][];
        };
        MessageView: {
            id: string;
            conversation: string;
            /** Format: int64 */
            seq: number;
            sender: components["schemas"]["SenderView"];
            /** @description text, note (staff only), event or rating */
            kind: string;
            text: string;
            /** Format: int64 */
            at: number;
            client_id?: string | null;
            buttons: components["schemas"]["ButtonView"][];
            citations: components["schemas"]["CitationView"][];
            /** @description What happened, when `kind` is event: `{"type": "queued" | "agent_joined" | …}`. */
            event?: Record<string, unknown> | null;
        };
        MessagesView: {
            conversation: components["schemas"]["ChatView"];
            messages: components["schemas"]["MessageView"][];
        };
        Metadata: {
            /**
             * @description JWT signed by the business: who the customer is.
             * @default null
             */
            customer_token: string | null;
            /**
             * @description zh or en, for a conversation that starts now.
             * @default null
             */
            language: string | null;
        };
        MoveRequest: {
            from: string;
            to: string;
            examples: string[];
        };
        NameView: {
            name: string;
        };
        NodeList: {
            /**
             * Format: int64
             * @description The number of the last change.
             */
            version: number;
            found: number;
            nodes: components["schemas"]["NodeRow"][];
            /** @description How many nodes there are of each kind, whatever was searched for. */
            kinds: {
                [key: string]: number;
            };
            edges: number;
        };
        NodeRequest: {
            /** @description As it is read; its id is the one in the address. */
            node: Record<string, unknown>;
            /**
             * Format: int64
             * @description What the change started from; absent for a new node.
             */
            revision?: number | null;
        };
        /** @description A node as it stands in a list or in the picture. */
        NodeRow: {
            /** @example product:m2-headphones */
            id: string;
            kind: string;
            zh: string;
            en: string;
            /** @description Edges that leave it or lead to it. */
            edges: number;
            /**
             * Format: int64
             * @description Minor units of CNY.
             */
            price?: number | null;
        };
        NodeView: {
            /** @description As in the content files: id, kind, name, aliases, text, price, attributes, rule, measure, article. */
            node: Record<string, unknown>;
            /**
             * Format: int64
             * @description Send it back with a change; it is refused when somebody else changed the node meanwhile.
             */
            revision: number;
            changed?: components["schemas"]["ChangeView"] | null;
            /** @description Edges that leave it, and edges that lead to it. */
            edges: components["schemas"]["EdgeView"][];
            /** @description The nodes at the other ends of `edges`. */
            neighbours: components["schemas"]["NodeRow"][];
        };
        NoteRequest: {
            /** @description For colleagues. */
            note?: string | null;
        };
        /** @enum {string} */
        Op: "same" | "added" | "removed";
        OrderList: {
            /** @description In the order system's own shape. */
            orders: Record<string, unknown>[];
        };
        PacketLine: {
            sender: string;
            text: string;
        };
        /** @description What the bot hands over, so that the customer repeats nothing. */
        PacketView: {
            /** Format: int32 */
            version: number;
            reason: string;
            summary: string;
            intent?: string | null;
            /** Format: float */
            confidence: number;
            slots: Record<string, unknown>;
            tried: string[];
            /** @description happy, calm, annoyed or angry */
            mood: string;
            /** @description Strain after each of the last turns in percent, oldest first */
            mood_curve: number[];
            language: string;
            last_messages: components["schemas"]["PacketLine"][];
            suggested_reply?: string | null;
            passages: components["schemas"]["CitationView"][];
            rule: string;
        };
        ParseRequest: {
            text: string;
        };
        ParseResponse: {
            text: string;
            intent: components["schemas"]["RankedIntent"];
            /** @description The ten best; `nlu_fallback` before them when no intent is sure enough. */
            intent_ranking: components["schemas"]["RankedIntent"][];
            entities: components["schemas"]["ParsedEntity"][];
            /** @description Not in Rasa: zh, en or null. */
            language?: string | null;
            /** @description Not in Rasa: happy, calm, annoyed or angry. */
            mood: string;
        };
        ParsedEntity: {
            entity: string;
            /** @description In characters, as in Rasa. */
            start: number;
            end: number;
            value: Record<string, unknown>;
            /** Format: float */
            confidence_entity: number;
            role?: string | null;
            group?: string | null;
            extractor: string;
        };
        Part: {
            text: string;
            /** @enum {string} */
            kind: "text";
        } | {
            base: string;
            mine: string;
            theirs: string;
            /** @enum {string} */
            kind: "conflict";
        };
        Piece: {
            op: components["schemas"]["Op"];
            text: string;
        };
        ProductList: {
            products: Record<string, unknown>[];
        };
        PublishRequest: {
            /** @description Id of the candidate that was looked at. */
            candidate: string;
        };
        QueueList: {
            tickets: components["schemas"]["TicketView"][];
        };
        QueueView: {
            /** @description 1 is next. */
            position: number;
            /**
             * Format: int64
             * @description From how long recent chats took; null while too little was measured or nobody is present.
             */
            wait_seconds?: number | null;
        };
        RankedIntent: {
            /** @description `nlu_fallback` below the threshold. */
            name: string;
            /** Format: float */
            confidence: number;
        };
        RatingRequest: {
            /**
             * Format: int64
             * @description 1 (bad) to 5 (very good)
             */
            score: number;
            comment?: string | null;
        };
        ReadFile: {
            name: string;
            /** @description Texts (an article in one language) taken from it. */
            taken: number;
            /** @description Why nothing was. */
            reason?: string | null;
        };
        ReadNote: {
            file?: string;
            /** @description 0 when it concerns the whole file */
            line: number;
            text: string;
        };
        RemarkView: {
            file?: string;
            /** @description 0 when it concerns the whole file */
            line: number;
            text: string;
        };
        RenameRequest: {
            to: string;
            /** Format: int64 */
            revision: number;
        };
        /** @description What answers a question. */
        ReplayAnswer: {
            slug: string;
            title: string;
            passage: string;
            /** Format: float */
            score: number;
        };
        ReplayChange: {
            kind: components["schemas"]["ReplayKind"];
            verdict: components["schemas"]["ReplayVerdict"];
            source: components["schemas"]["ReplaySource"];
            /** @description Of a customer's message without what tells who it was. */
            text: string;
            language: string;
            /** @description How often it was asked. */
            times: number;
            /**
             * Format: int64
             * @description How the customer rated the conversation, 1..5; the lowest of several.
             */
            rating?: number | null;
            /** @description The newest conversation in which it was asked. */
            conversation?: string | null;
            /** @description The article that should answer it; empty: none should. */
            expected?: string | null;
            before?: components["schemas"]["ReplayAnswer"] | null;
            after?: components["schemas"]["ReplayAnswer"] | null;
            /** @description Where only the text is another: what differs in it. */
            pieces?: components["schemas"]["Piece"][];
        };
        ReplayEvent: {
            stage: components["schemas"]["ReplayStage"];
            done: number;
            total: number;
            /** @enum {string} */
            type: "progress";
        } | {
            report: components["schemas"]["ReplayReport"];
            /** @enum {string} */
            type: "report";
        } | {
            message: string;
            /** @enum {string} */
            type: "failed";
        };
        /** @enum {string} */
        ReplayKind: "lost" | "new" | "other" | "text";
        ReplayReport: {
            /** @description Different questions, by where they come from. */
            asked: number;
            test: number;
            article: number;
            unchanged: number;
            lost: number;
            new: number;
            other: number;
            text: number;
            better: number;
            worse: number;
            /** @description Right answers to questions of which the right one is known, before and after. */
            labelled: number;
            right_before: number;
            right_after: number;
            /** Format: int64 */
            took_ms: number;
            /** @description The most important first; at most 300 of a kind. */
            changes: components["schemas"]["ReplayChange"][];
        };
        ReplayRequest: {
            /** @description Drafts that would be published together. */
            versions: components["schemas"]["VersionId"][];
            /** @description How many of the customers' last different questions are asked; at most 5000, the configured number by default. */
            questions?: number | null;
        };
        /** @enum {string} */
        ReplaySource: "asked" | "test" | "article";
        /** @enum {string} */
        ReplayStage: "building" | "embedding" | "searching";
        /** @enum {string} */
        ReplayVerdict: "better" | "worse" | "open";
        RestAnswer: {
            recipient_id: string;
            text: string;
            buttons?: components["schemas"]["ButtonView"][];
            custom: components["schemas"]["Custom"];
        };
        RestMessage: {
            /** @description The caller's name for this conversation. */
            sender: string;
            message: string;
            metadata?: components["schemas"]["Metadata"] | null;
        };
        SaveArticle: {
            /** @description Only when creating: lower-case letters, digits and hyphens. */
            slug?: string | null;
            category: string;
            versions: {
                [key: string]: components["schemas"]["ArticleVersion"];
            };
            valid_from?: string | null;
            valid_until?: string | null;
            /** @description Languages that are right although another has changed. */
            still_right?: string[];
            /**
             * Format: int64
             * @description The revision that the editor started from; not when creating.
             */
            revision?: number | null;
        };
        SayRequest: {
            /** @description Chosen by the sender; sending it again does nothing and returns the first message. */
            client_id: string;
            text: string;
            /** @description For colleagues only. */
            note?: boolean;
        };
        SearchRequest: {
            query: string;
            /** @description zh or en; without it the query's own language. */
            language?: string | null;
            /** @description 1 to 20, 5 by default. */
            limit?: number | null;
        };
        SearchResponse: {
            query: string;
            hits: components["schemas"]["Hit"][];
            /**
             * Format: float
             * @description Hits below this score are not shown to customers as answers.
             */
            floor: number;
        };
        SendRequest: {
            /** @description Chosen by the sender; sending it again does nothing and returns the first message. */
            client_id: string;
            text: string;
            /** @description Of the button that was pressed, if one was. */
            payload?: string | null;
        };
        SenderView: {
            /** @description customer, bot, agent or system */
            kind: string;
            id?: string | null;
            name?: string | null;
        };
        SessionRequest: {
            /** @description JWT signed by the business with the inbox's key: who the customer is. */
            customer_token?: string | null;
            /** @description From an earlier answer: who this visitor was. */
            visitor_token?: string | null;
            /** @description zh or en; without it the Accept-Language header. */
            language?: string | null;
        };
        SessionView: {
            /** @description Bearer token of everything below. */
            token: string;
            /** @description For the browser to keep; only for visitors. */
            visitor_token?: string | null;
            customer: components["schemas"]["CustomerView"];
            conversation: components["schemas"]["ChatView"];
            messages: components["schemas"]["MessageView"][];
        };
        Spoken: {
            /** Format: int64 */
            seq: number;
            /** @description customer, bot, agent */
            sender: string;
            /** @description Without what tells who it was. */
            text: string;
            /** Format: int64 */
            at: number;
        };
        /** @enum {string} */
        Step: "submit" | "withdraw" | "reject" | "publish";
        StepRequest: {
            step: components["schemas"]["Step"];
            /**
             * Format: int64
             * @description The version's revision that was looked at.
             */
            revision: number;
            /** @description Of the author when it is submitted, else of the reviewer. A rejection needs one. */
            note?: string;
        };
        StepView: {
            node: string;
            name: string;
            /** @description How the step before leads to it; absent where a path starts. */
            edge?: string | null;
        };
        SuggestionList: {
            suggestions: components["schemas"]["SuggestionView"][];
        };
        SuggestionView: {
            text: string;
            citations: components["schemas"]["CitationView"][];
            /**
             * Format: float
             * @description 0..1
             */
            score: number;
        };
        TakeArticles: {
            /** @description As the preview showed them, those that are wanted. */
            articles: components["schemas"]["TakenArticle"][];
            /** @description Put the text in the place of drafts that are being written; without it those articles are left out. */
            over_drafts?: boolean;
        };
        TakenArticle: {
            slug: string;
            category: string;
            versions: {
                [key: string]: components["schemas"]["ArticleVersion"];
            };
            sources?: string[];
        };
        TakenView: {
            /** @description Slugs that became drafts. */
            taken: string[];
            left_out: components["schemas"]["LeftOut"][];
        };
        TicketView: {
            id: string;
            conversation: string;
            reason: string;
            /**
             * Format: int64
             * @description 1 urgent … 4 low
             */
            priority: number;
            /** @description waiting, assigned or closed */
            status: string;
            /** Format: int64 */
            created_at: number;
            /** Format: int64 */
            deadline: number;
            language: string;
            summary: string;
            intent?: string | null;
            customer: components["schemas"]["CustomerView"];
            agent?: components["schemas"]["AgentName"] | null;
            message_left?: components["schemas"]["LeftMessageView"] | null;
            /** @description In the queue; 1 is next. */
            position?: number | null;
        };
        TrainingView: {
            /** @description idle, running or failed */
            state: string;
            /** @description embedding, fitting or comparing; the candidate can be published while it is still being compared */
            stage: string;
            done: number;
            total: number;
            /** @description Why the last training failed. */
            error?: string | null;
            published?: components["schemas"]["HeadView"] | null;
            candidate?: components["schemas"]["HeadView"] | null;
        };
        Transcript: {
            messages: components["schemas"]["Spoken"][];
        };
        TransferRequest: {
            /** @description Id of the agent; without it back into the queue. */
            agent?: string | null;
            note?: string | null;
        };
        TryAnswer: {
            text: string;
            buttons: components["schemas"]["ButtonView"][];
            citations: components["schemas"]["CitationView"][];
        };
        TryRequest: {
            text: string;
            payload?: string | null;
            language?: string | null;
            /** @description From the answer before; without it a new trial starts. */
            session?: string | null;
            /** @description Id of a customer of the order system to speak as; without it a visitor. */
            customer?: string | null;
        };
        TryResponse: {
            session: string;
            answers: components["schemas"]["TryAnswer"][];
            /** @description stay, handoff or done */
            next: string;
            /** @description Intent ranking, entities, passages with scores, the rule that decided, steps with their time. */
            trace: Record<string, unknown>;
        };
        TryTextRequest: {
            text: string;
        };
        TryTextResponse: {
            published: components["schemas"]["ParseResponse"];
            candidate?: components["schemas"]["ParseResponse"] | null;
        };
        Unanswered: {
            text: string;
            /** Format: int64 */
            at: number;
            conversation: string;
        };
        UndoRequest: {
            /**
             * Format: int64
             * @description The change to take back; it must be the last one.
             */
            version: number;
        };
        UploadedFile: {
            name: string;
            /** @description base64 */
            data: string;
        };
        /** @description A version without its text. */
        VersionHead: {
            slug: string;
            /** Format: int64 */
            number: number;
            /** @description draft, review, rejected, published, archived */
            state: string;
            /** @description Language -> title. */
            titles: {
                [key: string]: string;
            };
            category: string;
            /**
             * Format: int64
             * @description The version that was published when this one was begun; 0: none.
             */
            based_on: number;
            /** @description Another version has been published since, so that this one must be merged first. */
            behind: boolean;
            /**
             * Format: int64
             * @description Raised with every save; send it back.
             */
            revision: number;
            /** @description A colleague's name; nobody when it came from files. */
            author?: string | null;
            /** @description Who saved it last. */
            edited_by?: string | null;
            reviewer?: string | null;
            /** @description Has the caller written it? */
            mine: boolean;
            /** @description What the author says about the change. */
            note: string;
            /** @description What the reviewer says. */
            answer: string;
            /** @description The gap that it is to close. */
            gap?: string | null;
            /** Format: int64 */
            created_at: number;
            /** Format: int64 */
            updated_at: number;
            /** Format: int64 */
            decided_at?: number | null;
        };
        VersionId: {
            slug: string;
            /** Format: int64 */
            number: number;
        };
        VersionList: {
            /** @description Newest first. */
            versions: components["schemas"]["VersionHead"][];
            /** @description Who did what, newest first. */
            log: components["schemas"]["LogLine"][];
        };
        VersionView: components["schemas"]["VersionHead"] & {
            content: components["schemas"]["ArticleContent"];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
