/// What systems ask for that exchange records, in the form in which users wrote it down. All beyond that form is optional.
extension Catalog {
    static let exchange: [Endpoint] = [
        form(
            .post,
            "/sync/upload",
            .node,
            "Takes records that a node has created, changed or deleted. One that cannot be taken does not stop others.",
            body: [
                .items("records", atMost: Exchange.mostRecords), Field.count("sequence").orNull,
                Field.count("clock").orNull,
            ],
            answer: [
                .choice("status", ["success", "partial", "failed"]), .time("timestamp"), .count("accepted"),
                .count("conflicts"), .count("failed"),
                .list(
                    "results",
                    [
                        .any("table"), .any("id"),
                        .choice("status", ["applied", "unchanged", "conflict", "failed"]),
                        Field.text("conflict").orNull, Field.text("resolution").orNull,
                        Field.choice("need", ["full"]).orNull, Field.text("version").orNull,
                        Field.boolean("deleted").orNull, Field.any("row").orNull,
                        Field.object(
                            "error",
                            [.text("class"), .text("message"), Field.text("column").orNull]
                        ).orNull,
                    ]
                ),
                Field.boolean("replayed").orNull,
            ],
            .exchange(.upload)
        ),
        form(
            .get,
            "/sync/download",
            .node,
            "What has changed since a cursor, or since a time by the clock of this server: all there is without either.",
            parameters: [
                Field.time("last_synced_at").orNull, Field.texts("tables").orNull,
                Field.text("cursor").orNull,
                Field.within("limit", 1...5_000).orNull, Field.count("sequence").orNull,
                Field.within("wait", 0...25).orNull,
            ],
            answer: [
                .list(
                    "records",
                    [
                        .text("table"), .any("data"), .choice("action", ["create", "update", "delete"]),
                        .text("id"), .text("version"), Field.text("reason").orNull,
                    ]
                ),
                .time("timestamp"), .text("cursor"), .boolean("has_more"), .text("node"),
                .text("incarnation"), Field.any("schema").orNull,
            ],
            .exchange(.download)
        ),
        form(
            .post,
            "/sync/columns",
            .node,
            "Offers columns that only the node has. They are added to tables whose drift is evolve, and refused for others.",
            body: [.any("columns")],
            answer: [.any("refused")],
            .exchange(.columns)
        ),
        form(
            .post,
            "/sync/acknowledge",
            .node,
            "Notes how an exchange ended, and what the node has now.",
            body: [
                Field.time("timestamp").orNull, .choice("status", ["success", "partial", "failed"]),
                Field.text("message").orNull, Field.text("cursor").orNull, Field.any("checksums").orNull,
            ],
            answer: [.text("status"), .texts("diverged"), .time("timestamp")],
            .exchange(.acknowledge)
        ),
        form(
            .get,
            "/sync/status",
            .node,
            "How the exchange with the node stands.",
            answer: [
                Field.time("last_synced_at").orNull, .text("status"), .count("pending_records"),
                Field.text("last_error").orNull, .count("retry_count"), .time("created_at"),
                .time("updated_at"), .text("node"), .text("master"), .text("incarnation"),
                .boolean("must_resync"), .count("expected_sequence"), .texts("tables"),
            ],
            .exchange(.status)
        ),
        form(
            .get,
            "/sync/stream",
            .node,
            "Tells as text/event-stream when there is something to download.",
            answer: [],
            .exchange(.stream)
        ),
        form(
            .post,
            "/sync/reset",
            .operate,
            "Forgets how the exchanges with a node ended; with resync it also loads everything anew.",
            body: [.text("node"), Field.boolean("resync").orNull, Field.text("reason").orNull],
            answer: [.text("node"), .text("status")],
            .act(resetNode)
        ),
    ]

    static let resetNode = Act(
        name: "reset node",
        statement: """
            select own.node, own.status
            from pgsync.reset_node(:node, coalesce(:resync::boolean, false), :reason) as own
            """,
        object: "node"
    )
}
