import JSON
import PGSyncRules
import Postgres

/// The copy of a table, and the statements that change it.
///
/// Rows are given as images, as capture writes them.
struct TableCopy {
    let shape: SourceShape
    private let session: Session

    init(_ shape: SourceShape, _ session: Session) {
        self.shape = shape
        self.session = session
    }

    /// Creates it without triggers, defaults, checks and not-nulls: a JSON null is null in images.
    func create() throws {
        let columns = shape.columns.map { column in
            "\(quoted(column)) \(column.type)"
        }
        let key = shape.key.map(quoted).joined(separator: ", ")
        try session.runScript(
            """
            create schema if not exists \(Identifier(shape.table.schema).quoted);
            create table \(shape.name) (\(columns.joined(separator: ", ")), primary key (\(key)))
            """
        )
    }

    // MARK: Changes

    func insert(_ images: [JSONObject]) throws { try run(insertion, images) }

    func upsert(_ images: [JSONObject]) throws {
        let changes = shape.contents.map { "\(quoted($0)) = excluded.\(quoted($0))" }
        let action = changes.isEmpty ? "nothing" : "update set \(changes.joined(separator: ", "))"
        let key = shape.key.map(quoted).joined(separator: ", ")
        try run("\(insertion) on conflict (\(key)) do \(action)", images)
    }

    func copy(_ images: [JSONObject]) throws {
        let fields = shape.columns.map { "fresh.\(quoted($0))::text" }.joined(separator: ", ")
        let rows = try session.query(
            Query("select array[\(fields)] as fields from \(given)", [Self.texts(images)])
        ).map { try $0.decode("fields", as: [String?].self) }
        try session.copyIn("copy \(shape.name) (\(names)) from stdin") { writer in
            for row in rows { try writer.write(row: row) }
        }
    }

    /// Gives the rows of these keys other contents, where these are captured.
    func update(_ images: [JSONObject]) throws {
        let changes = shape.contents.filter(\.isCaptured).map { "\(quoted($0)) = fresh.\(quoted($0))" }
        try run(
            "update \(shape.name) as own set \(changes.joined(separator: ", ")) from \(given) where \(isOwn)",
            images
        )
    }

    /// Writes rows as they are.
    func touch(_ images: [JSONObject]) throws {
        let column = quoted(shape.columns[0])
        try run(
            "update \(shape.name) as own set \(column) = own.\(column) from \(given) where \(isOwn)",
            images
        )
    }

    /// Gives a row another key.
    func move(_ image: JSONObject, to other: JSONObject) throws {
        let changes = shape.key.map { "\(quoted($0)) = target.\(quoted($0))" }.joined(separator: ", ")
        try session.execute(
            Query(
                """
                update \(shape.name) as own
                set \(changes)
                from \(given)
                cross join lateral jsonb_populate_record(null::\(shape.name), $2) as target
                where \(isOwn)
                """,
                [Self.texts([image]), JSONText(JSONValue.object(other).text())]
            )
        )
    }

    func delete(_ images: [JSONObject]) throws {
        try run("delete from \(shape.name) as own using \(given) where \(isOwn)", images)
    }

    func truncate() throws { try session.runScript("truncate \(shape.name)") }

    /// Makes a change that no trigger sees.
    func unseen(_ change: () throws -> Void) throws {
        try session.transaction {
            try session.runScript("alter table \(shape.name) disable trigger user")
            try change()
            let triggers = try session.query(
                """
                select tgname::text from pg_catalog.pg_trigger
                where tgrelid = \(.inferred(shape.name))::regclass and not tgisinternal
                """
            ).map { Identifier(try $0.decode(0)).quoted }
            for trigger in triggers {
                try session.runScript("alter table \(shape.name) enable always trigger \(trigger)")
            }
        }
    }

    // MARK: What is there

    /// Whether two images are of different rows, however their values are written.
    func differ(_ image: JSONObject, _ other: JSONObject) throws -> Bool {
        try session.query(
            Query(
                """
                select to_jsonb(own.*) <> to_jsonb(fresh.*)
                from \(given)
                cross join lateral jsonb_populate_record(null::\(shape.name), $2) as own
                """,
                [Self.texts([image]), JSONText(JSONValue.object(other).text())]
            )
        ).onlyRow().decode(0)
    }

    /// All rows, by record.
    func rows() throws -> [String: JSONObject] {
        try Dictionary(uniqueKeysWithValues: Self.rows(of: shape.name, most: 10_000, session))
    }

    /// The first rows of an attached table, as capture writes them.
    static func rows(
        of table: String,
        most: Int,
        _ session: Session
    ) throws -> [(record: String, image: JSONObject)] {
        let row = try session.query(
            """
            select read.record_ids, read.images
            from pgsync.read_rows(\(.inferred(table))::regclass, null, \(most)::bigint) as read
            """
        ).onlyRow()
        let images = try row.decode("images", as: [JSONText].self).map { text in
            try JSONValue(parsing: text.text).object ?? JSONObject()
        }
        return try zip(row.decode("record_ids", as: [String].self), images).map { ($0, $1) }
    }

    /// The lines that the rules make of each image.
    func lines(of images: [JSONObject]) throws -> [[String]] {
        try session.query(
            """
            select
                array(
                    select concat_ws(' ', line.rule, line.account, line.currency, line.amount)
                    from pgsync.rule_lines(\(.inferred(shape.name))::regclass, given.image) as line
                    order by 1
                ) as lines
            from unnest(\(Self.texts(images))) with ordinality as given (image, place)
            order by given.place
            """
        ).map { try $0.decode("lines") }
    }

    /// How many changes of it were captured.
    func captured() throws -> Int {
        try session.query(
            "select count(*) from pgsync.sync_logs where source_table = \(.inferred(shape.name))::regclass"
        ).onlyRow().decode(0)
    }

    // MARK: Beneath

    private var names: String { shape.columns.map(quoted).joined(separator: ", ") }

    private var insertion: String {
        let values = shape.columns.map { "fresh.\(quoted($0))" }.joined(separator: ", ")
        return "insert into \(shape.name) (\(names)) select \(values) from \(given)"
    }

    private var given: String {
        """
        unnest($1) as given (image)
        cross join lateral jsonb_populate_record(null::\(shape.name), given.image) as fresh
        """
    }

    /// Whether the keys are the same, whatever `=` is for their types, and wherever.
    private var isOwn: String {
        func row(_ name: String) -> String {
            "row(" + shape.key.map { "\(name).\(quoted($0))" }.joined(separator: ", ") + ")::record"
        }
        return "\(row("own")) operator(pg_catalog.*=) \(row("fresh"))"
    }

    private func quoted(_ column: SourceShape.Column) -> String { Identifier(column.name).quoted }

    private func run(_ statement: String, _ images: [JSONObject]) throws {
        try session.execute(Query(statement, [Self.texts(images)]))
    }

    private static func texts(_ images: [JSONObject]) -> [JSONText] {
        images.map { JSONText(JSONValue.object($0).text()) }
    }
}
