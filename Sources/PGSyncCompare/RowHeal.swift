import JSON
import PGSyncRules
import Postgres

/// Makes single rows of the right side as those of the left, unless they have changed since they were compared.
struct RowHeal: Sendable {
    /// What became of a row.
    enum Ending: Sendable {
        /// With what the right side had before; nil for nothing.
        case healed(was: JSONValue?)
        case moved
    }

    let plan: EntityPlan

    private var written: [ComparedColumn] { plan.entity.readColumns + plan.entity.copied }

    // MARK: The left side

    /// The columns of some rows of the left side by the names of the right side, in their own types.
    func images(of keys: [RowKey], on left: SideReader) async throws -> [RowKey: JSONValue] {
        let side = plan.left
        // A function takes 100 arguments.
        let image = stride(from: 0, to: written.count, by: 40).map { first in
            let pairs = written[first..<min(first + 40, written.count)].map { column in
                "\(SideSQL.literal(column.rightName)), side.\(Identifier(column.name))"
            }
            return "jsonb_build_object(\(pairs.joined(separator: ", ")))"
        }.joined(separator: " || ")
        var images: [RowKey: JSONValue] = [:]
        let query = side.rows(keys, returning: "(\(image))::text")
        let found = try await left.connection.withSession { session in
            try session.query(query).map { row in
                (
                    RowKey(values: try side.keys.indices.map { try row.decode($0) }),
                    try JSONValue(parsing: try row.decode(side.keys.count, as: String.self))
                )
            }
        }
        for (key, image) in found { images[key] = image }
        return images
    }

    // MARK: The right side

    /// Statements have the key first, then the state that was seen, then the image.
    private func seen(_ row: SideReader.Content) -> [any PostgresEncodable] {
        [row.state.hash[0], row.state.hash[1]] + row.state.near.map { $0 as any PostgresEncodable }
    }

    private func isAsSeen(from first: Int) -> String {
        let side = plan.right
        return
            (["\(side.contentHash(0)) = $\(first)::bigint", "\(side.contentHash(1)) = $\(first + 1)::bigint"]
            + side.near.enumerated().map { index, value in
                "(\(value.expression))::text is not distinct from $\(first + 2 + index)::text"
            }).joined(separator: " and ")
    }

    private var isOfKey: String {
        plan.right.keys.enumerated().map { index, value in
            let parameter = "$\(index + 1)::text"
            return plan.right.isPlain(value)
                ? "side.\(Identifier(value.field.name)) = \(parameter)::\(value.field.fullType)"
                : "(\(value.expression))::text = \(parameter)"
        }.joined(separator: " and ")
    }

    /// Inserts a row with the columns that its image has.
    func insert(_ image: JSONValue, _ session: Session) throws -> Ending {
        let names = (image.object?.map(\.key) ?? []).map { Identifier($0).quoted }.joined(separator: ", ")
        let rows = try session.query(
            Query(
                composed: """
                    insert into \(plan.right.relation) (\(names)) overriding system value
                    select \(names) from jsonb_populate_record(null::\(plan.right.relation), $1::jsonb)
                    on conflict do nothing
                    returning true
                    """,
                [image.text()]
            )
        )
        return rows.isEmpty ? .moved : .healed(was: nil)
    }

    func update(
        _ key: RowKey,
        from was: SideReader.Content,
        to image: JSONValue,
        _ session: Session
    ) throws -> Ending {
        let keys = plan.right.keys.count
        let place = keys + 2 + plan.right.near.count + 1
        let ofKey = Set(plan.entity.key.map(\.rightName))
        let changes = (image.object?.map(\.key) ?? []).filter { !ofKey.contains($0) }.map { name in
            "\(Identifier(name)) = came.\(Identifier(name))"
        }.joined(separator: ", ")
        return try change(
            """
            update \(plan.right.relation) as side
            set \(changes)
            from was, jsonb_populate_record(null::\(plan.right.relation), $\(place)::jsonb) as came
            where side.ctid = was.place
            returning was.image
            """,
            key,
            was,
            [image.text()],
            session
        )
    }

    func delete(_ key: RowKey, from was: SideReader.Content, _ session: Session) throws -> Ending {
        try change(
            "delete from \(plan.right.relation) as side using was where side.ctid = was.place returning was.image",
            key,
            was,
            [],
            session
        )
    }

    private func change(
        _ statement: String,
        _ key: RowKey,
        _ was: SideReader.Content,
        _ more: [any PostgresEncodable],
        _ session: Session
    ) throws -> Ending {
        let first = plan.right.keys.count + 1
        let rows = try session.query(
            Query(
                composed: """
                    with was as materialized (
                        select side.ctid as place, to_jsonb(side)::text as image
                        from \(plan.right.relation) as side
                        where \(isOfKey) and \(isAsSeen(from: first))
                        for update
                    )

                    \(statement)
                    """,
                key.values.map { $0 as any PostgresEncodable } + seen(was) + more
            )
        )
        guard let row = rows.first else { return .moved }
        return .healed(was: try JSONValue(parsing: try row.decode(0, as: String.self)))
    }
}
