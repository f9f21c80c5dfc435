import JSON
import PGSyncRules
import Postgres

/// Makes single rows of the right side as those of the left, unless they have changed since they were compared.
struct RowHeal: Sendable {
    /// What became of a row.
    enum Ending: Sendable {
        /// With what is kept to undo it.
        case healed(undo: JSONValue)
        case moved(String)
    }

    /// Several rows where there was one.
    struct Several: Error {}

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

    /// The parts of a condition, and the parameters behind them.
    private struct Match {
        var conditions: [String] = []
        var parameters: [any PostgresEncodable] = []

        mutating func add(_ condition: (Int) -> String, _ value: any PostgresEncodable) {
            parameters.append(value)
            conditions.append(condition(parameters.count))
        }
    }

    /// The row of a key, within what the side is.
    private func match(_ key: RowKey) -> Match {
        let side = plan.right
        var match = Match()
        for (value, text) in zip(side.keys, key.values) {
            let own = side.looked(up: value)
            let type = value.indexed.map { "::\($0)" } ?? ""
            match.add({ "\(own) = $\($0)::text\(type)" }, text)
        }
        if !side.filter.isEmpty { match.conditions.append("(\(side.filter))") }
        return match
    }

    /// The row of a key as it was compared.
    private func match(_ key: RowKey, seen row: SideReader.Content) -> Match {
        var match = match(key)
        for seed in 0...1 {
            match.add({ "\(plan.right.contentHash(seed)) = $\($0)::bigint" }, row.state.hash[seed])
        }
        for (value, text) in zip(plan.right.near, row.state.near) {
            match.add({ "(\(value.expression))::text is not distinct from $\($0)::text" }, text)
        }
        return match
    }

    /// The row of a key as it was left.
    private func match(_ key: RowKey, left image: JSONValue) -> Match {
        var match = match(key)
        match.add({ "to_jsonb(side) = $\($0)::jsonb" }, image.text())
        return match
    }

    func insert(_ image: JSONValue, _ session: Session) throws -> Ending {
        let names = image.object?.map(\.key) ?? []
        let list = names.map { Identifier($0).quoted }.joined(separator: ", ")
        let rows = try session.query(
            Query(
                composed: """
                    insert into \(plan.right.relation) as side (\(list)) overriding system value
                    select \(list) from jsonb_populate_record(null::\(plan.right.relation), $1::jsonb)
                    on conflict do nothing
                    returning to_jsonb(side)::text
                    """,
                [image.text()]
            )
        )
        guard let row = rows.first else { return .moved("another row has a value of it that is unique") }
        return .healed(undo: ["is": try JSONValue(parsing: try row.decode(0, as: String.self))])
    }

    func update(
        _ key: RowKey,
        from was: SideReader.Content,
        to image: JSONValue,
        _ session: Session
    ) throws -> Ending {
        try update(match(key, seen: was), to: image, session)
    }

    func delete(_ key: RowKey, from was: SideReader.Content, _ session: Session) throws -> Ending {
        try delete(match(key, seen: was), session)
    }

    private func update(_ match: Match, to image: JSONValue, _ session: Session) throws -> Ending {
        let ofKey = Set(plan.entity.key.map(\.rightName))
        let names = (image.object?.map(\.key) ?? []).filter { !ofKey.contains($0) }
        let changes = names.map { "\(Identifier($0)) = came.\(Identifier($0))" }.joined(separator: ", ")
        var match = match
        match.parameters.append(image.text())
        return try change(
            """
            update \(plan.right.relation) as side
            set \(changes)
            from was, jsonb_populate_record(null::\(plan.right.relation), $\(match.parameters.count)::jsonb) as came
            where side.ctid = was.place and side.tableoid = was.home
            returning was.image, to_jsonb(side)::text
            """,
            match,
            names,
            session
        )
    }

    private func delete(_ match: Match, _ session: Session) throws -> Ending {
        try change(
            """
            delete from \(plan.right.relation) as side
            using was
            where side.ctid = was.place and side.tableoid = was.home
            returning was.image, null::text
            """,
            match,
            [],
            session
        )
    }

    private func change(
        _ statement: String,
        _ match: Match,
        _ names: [String],
        _ session: Session
    ) throws -> Ending {
        let rows = try session.query(
            Query(
                composed: """
                    with was as materialized (
                        select side.ctid as place, side.tableoid as home, to_jsonb(side)::text as image
                        from \(plan.right.relation) as side
                        where \(match.conditions.joined(separator: " and "))
                        for update
                    )

                    \(statement)
                    """,
                match.parameters
            )
        )
        guard let row = rows.first else { return .moved("it has changed since it was compared or mended") }
        // Thrown in a transaction, which then changes none of them.
        guard rows.count == 1 else { throw Several() }
        var undo = JSONObject([("was", try JSONValue(parsing: try row.decode(0, as: String.self)))])
        if let after = try row.decode(1, as: String?.self) { undo["is"] = try JSONValue(parsing: after) }
        if !names.isEmpty { undo["columns"] = .array(names.map { .string($0) }) }
        return .healed(undo: .object(undo))
    }

    // MARK: Undoing

    /// Makes a row what it was, unless anything of it has changed since it was mended.
    func undo(_ key: RowKey, _ kept: JSONValue, _ session: Session) throws -> Ending {
        switch (kept["was"], kept["is"]) {
        case (nil, let after?): return try delete(match(key, left: after), session)
        case (let before?, nil):
            let written = try session.query(
                """
                select array_agg(own.attname::text)
                from pg_attribute as own
                where own.attrelid = \(plan.right.relation)::regclass and own.attgenerated = '' and own.attnum > 0
                    and not own.attisdropped
                """
            ).onlyRow().decode(0, as: [String].self)
            return try insert(.object((before.object ?? JSONObject()).keeping(Set(written))), session)
        case (let before?, let after?):
            let names = Set(kept["columns"]?.array?.compactMap(\.string) ?? [])
            return try update(
                match(key, left: after),
                to: .object((before.object ?? JSONObject()).keeping(names)),
                session
            )
        case (nil, nil): return .moved("nothing was kept of it")
        }
    }
}

extension JSONObject {
    fileprivate func keeping(_ names: Set<String>) -> JSONObject {
        JSONObject(filter { names.contains($0.key) }.map { ($0.key, $0.value) })
    }
}
