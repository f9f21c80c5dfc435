import FoundationEssentials
import Postgres
import TestSupport
import Testing

/// Each role against each object, as one table to read: `Snapshots/rights.txt`.
@Suite("Rights", .migrated, .timeLimit(.minutes(5)))
struct RightsMatrixTests {
    private let database = TestDatabase.current

    private static let roles = [
        "capture", "worker", "importer", "operator", "reader", "auditor", "site_reader", "dashboard",
        "api_read",
        "api_images",
        "api_operate", "api_admin", "api_audit", "api_site", "public",
    ]

    private static let legend = """
        # Who may do what. An object that is not here is for its owner alone.
        # r read, a add, w change, d delete, T truncate, R reference, G trigger, x run, u use, C create.
        # In parentheses: of some columns.
        # Functions marked ! are volatile: only they can change anything.


        """

    @Test("are those in Snapshots, for every role and every object")
    func matrix() async throws {
        let cells = Self.roles.map { role in
            """
            case when kind = 'function' then
                case when has_function_privilege('\(Self.named(role))', object, 'execute') then 'x' else '' end
            when kind = 'schema' then concat(
                case when has_schema_privilege('\(Self.named(role))', object, 'usage') then 'u' end,
                case when has_schema_privilege('\(Self.named(role))', object, 'create') then 'C' end
            )
            when kind = 'type' then
                case when has_type_privilege('\(Self.named(role))', object, 'usage') then 'u' else '' end
            when kind = 'sequence' then concat(
                case when has_sequence_privilege('\(Self.named(role))', object, 'select') then 'r' end,
                case when has_sequence_privilege('\(Self.named(role))', object, 'update') then 'w' end,
                case when has_sequence_privilege('\(Self.named(role))', object, 'usage') then 'u' end
            )
            else (
                select string_agg(
                    case
                        when has_table_privilege('\(Self.named(role))', object, held.name) then held.letter
                        when held.name in ('select', 'insert', 'update')
                            and has_any_column_privilege('\(Self.named(role))', object, held.name)
                            then '(' || held.letter || ')'
                    end, '' order by held.place
                )
                from (
                    values (1, 'select', 'r'), (2, 'insert', 'a'), (3, 'update', 'w'), (4, 'delete', 'd'),
                    (5, 'truncate', 'T'), (6, 'references', 'R'), (7, 'trigger', 'G')
                ) as held (place, name, letter)
            ) end
            """
        }
        let rows = try await database.session { [cells] session in
            try session.query(
                Query(
                    """
                    with known as (
                        select 1 as place, 'schema' as kind, own.oid as object, own.nspname::text as name
                        from pg_namespace as own where own.nspname in ('pgsync', 'ledger', 'pgsync_read')
                        union all
                        select 2, case own.relkind when 'S' then 'sequence' else 'table' end, own.oid, own.oid::regclass::text
                        from pg_class as own
                        where own.relnamespace in ('pgsync'::regnamespace, 'ledger'::regnamespace)
                            and own.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
                        union all
                        select 3, 'type', own.oid, own.oid::regtype::text
                        from pg_type as own
                        where own.typnamespace in ('pgsync'::regnamespace, 'ledger'::regnamespace) and own.typtype in ('e', 'd')
                        union all
                        select 4, 'function', own.oid,
                            concat(case own.provolatile when 'v' then '! ' else '  ' end, own.oid::regprocedure)
                        from pg_proc as own
                        where own.pronamespace in ('pgsync'::regnamespace, 'ledger'::regnamespace, 'pgsync_read'::regnamespace)
                            and own.prorettype <> 'trigger'::regtype
                    )
                    select kind, trim(name), name, array[\(cells.joined(separator: ",\n"))]::text[] as cells
                    from known order by place, kind, trim(leading '! ' from name), object::text
                    """,
                    []
                )
            ).map {
                (
                    kind: try $0.decode(0, as: String.self), name: try $0.decode(2, as: String.self),
                    cells: try $0.decode("cells", as: [String?].self).map { $0 ?? "" }
                )
            }
        }
        let lines = rows.filter { $0.cells.contains { $0 != "" } }.map { row in
            Self.line("\(row.kind) \(row.name)", row.cells)
        }
        let written = Self.legend + ([Self.line("", Self.roles)] + lines).joined(separator: "\n") + "\n"
        let path = #filePath.replacing("RightsMatrixTests.swift", with: "Snapshots/rights.txt")
        if ProcessInfo.processInfo.environment["PGSYNC_WRITE_SNAPSHOTS"] != nil {
            try Data(written.utf8).write(to: URL(filePath: path))
        }
        let kept = (try? String(contentsOf: URL(filePath: path), encoding: .utf8)) ?? ""
        let difference = Set(written.split(separator: "\n"))
            .symmetricDifference(kept.split(separator: "\n")).sorted()
        #expect(
            written == kept,
            """
            if the change is meant, write it: PGSYNC_WRITE_SNAPSHOTS=1 swift test --filter RightsMatrixTests
            \(difference.joined(separator: "\n"))
            """
        )
    }

    private static func named(_ role: String) -> String { role == "public" ? role : "pgsync_\(role)" }

    private static func line(_ name: String, _ cells: [String]) -> String {
        func padded(_ text: String, _ width: Int) -> String {
            text + String(repeating: " ", count: max(0, width - text.count))
        }
        let columns = zip(roles, cells).map { padded($1 == "" ? "-" : $1, max($0.count, 8)) }
        return (columns + [name]).joined(separator: " ").trimmedEnd
    }
}

extension String {
    fileprivate var trimmedEnd: String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}
