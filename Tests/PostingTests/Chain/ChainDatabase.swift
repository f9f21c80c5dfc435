import Postgres
import TestSupport
import Testing

/// What a verification of the chain came to.
struct ChainVerdict: Equatable {
    var state: String
    /// Each finding with the row or block it concerns, such as "changed entry 5" or "tail_cut 7".
    var findings: [String]
    var links: Int
    var waiting: Int
}

/// What was anchored: a block, its head, and when.
struct ChainAnchor {
    var seq: Int
    var head: String
    var at: String = "now()"
    /// Expressions; nil for those of the database that is verified.
    var system: String?
    var database: String?
}

extension TestDatabase {
    /// Chains what there is, in steps of so many rows; returns how many rows that were.
    @discardableResult
    func extendChain(limit: Int = 50_000) async throws -> Int {
        var rows = 0
        while true {
            let step = try await lines(
                "select unnest(array[rows_chained::text, has_more::text]) from pgsync.extend_chain(\(limit))"
            )
            rows += Int(step[0]) ?? 0
            if step[1] == "false" { return rows }
        }
    }

    /// The head of the chain, to be compared later.
    func anchorChain() async throws -> ChainAnchor {
        let state = try await lines(
            "select unnest(array[seq::text, encode(head, 'hex')]) from pgsync.chain_state"
        )
        return ChainAnchor(seq: Int(state[0]) ?? 0, head: state[1])
    }

    /// Verifies the whole chain and compares the anchors.
    func verifyChain(_ anchors: ChainAnchor...) async throws -> ChainVerdict {
        let id = try await value("select pgsync.verify_chain()") ?? ""
        while try await value("select is_done from pgsync.verify_chain_step(\(id))") == "f" {}
        for anchor in anchors {
            try await run(
                """
                select pgsync.compare_anchors(
                    \(id), 'file', array[\(anchor.seq)]::bigint[], array['\(anchor.head)'],
                    array[\(anchor.at)]::timestamptz[], array[\(anchor.system ?? "system_identifier")],
                    array[\(anchor.database ?? "current_database()")::text]
                )
                from pg_control_system()
                """
            )
        }
        let state = try await value("select pgsync.end_verification(\(id))") ?? ""
        let figures = try await lines(
            "select unnest(array[links, rows_waiting, findings]) from pgsync.chain_verifications where id = \(id)"
        ).compactMap(Int.init)
        let findings = try await lines(
            """
            select concat_ws(' ', finding, kind, coalesce(key, seq::text)) from pgsync.chain_findings
            where verification = \(id) order by id
            """
        )
        return ChainVerdict(state: state, findings: findings, links: figures[0], waiting: figures[1])
    }

    /// Switches off all that refuses a change, as whoever owns the database can.
    func dropGuards() async throws { try await run(Self.droppingGuards) }

    static let droppingGuards =
        """
        do $$
        declare
            guarded record;
        begin
            for guarded in
                select own.oid::regclass as name from pg_class as own
                where own.relnamespace in ('pgsync'::regnamespace, 'ledger'::regnamespace)
                    and own.relkind in ('r', 'p') and not own.relispartition
            loop
                execute format('alter table %s disable trigger all', guarded.name);
            end loop;
            for guarded in
                select own.conname, own.conrelid::regclass as name from pg_constraint as own
                where own.connamespace in ('pgsync'::regnamespace, 'ledger'::regnamespace)
                    and own.contype in ('c', 'f') and own.conislocal and own.conparentid = 0
            loop
                execute format('alter table %s drop constraint if exists %I', guarded.name, guarded.conname);
            end loop;
        end;
        $$;
        """

    /// Begins the chain anew, as somebody would who wants to hide what was chained.
    func rewriteChain() async throws {
        try await dropGuards()
        try await run(
            """
            truncate pgsync.audit_chain;
            update pgsync.chain_kinds set system_identifier = null, boundary_at = null;
            """
        )
        try await extendChain()
    }
}

extension PostgresConnection {
    /// Runs a script in this session and returns the first value of its last statement.
    @discardableResult
    func run(_ script: String) async throws -> String? {
        try await withSession { session in
            let rows = try session.runScript(script)
            return rows.columns.isEmpty ? nil : try rows.first?.decode(0, as: String?.self)
        }
    }
}

enum ChainedBills {
    static let count = Profile.size(400, full: 10_000)
}

extension Trait where Self == DatabaseTrait {
    /// Bills of which every fiftieth has failed and twenty were amended, chained, with all guards switched off.
    static var chained: DatabaseTrait {
        .database(
            copyOf: .posting.with(
                "chained",
                [
                    """
                    insert into bills (id, amount, fee)
                    select g, case when g % 50 <> 0 then g end, g % 3 from generate_series(1, \(ChainedBills.count)) as g
                    """,
                    "select pgsync.process_batch('test', 100000)",
                    "update bills set amount = 7 where id <= 20",
                    "select pgsync.process_batch('test', 100000)",
                    """
                    update pgsync.rules set active_until = '2027-01-01' where name = 'fee';
                    select ledger.start_closing('2026-01')
                    """,
                    "do $$ begin while (pgsync.extend_chain(50000)).has_more loop commit; end loop; end $$",
                    TestDatabase.droppingGuards,
                ]
            )
        )
    }
}
