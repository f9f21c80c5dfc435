import Postgres
import TestSupport
import Testing

@Suite("Rights on the chain", .posting, .timeLimit(.minutes(5)))
struct ChainRightsTests {
    let database = TestDatabase.current

    private func chain() async throws {
        _ = try await database.post("insert into bills (id, amount) values (1, 1), (2, 2)")
        try await database.extendChain()
    }

    @Test(
        "never changes, whoever tries",
        arguments: ["", "set role pgsync_owner;", "set session_replication_role = replica;"]
    )
    func unchanged(prelude: String) async throws {
        try await chain()
        try await database.run(
            "select pgsync.add_anchor('file', '/x', seq, head) from pgsync.chain_state"
        )
        for statement in [
            "update pgsync.audit_chain set part = 9", "delete from pgsync.audit_chain",
            "truncate pgsync.audit_chain", "delete from pgsync.chain_anchors",
            "update pgsync.chain_anchors set seq = 1",
            "delete from pgsync.chain_findings", "truncate pgsync.chain_findings",
        ] {
            #expect(
                try await database.refusal(of: prelude + statement).sqlState?.code == "55000",
                "\(statement)"
            )
        }
    }

    @Test("is verified by auditors, extended by workers and operators, and written by nobody")
    func rights() async throws {
        _ = try await database.post("insert into bills (id, amount) values (1, 1), (2, 2)")
        try await database.run(
            "set role pgsync_worker; select pgsync.extend_chain(); select pgsync.extend_chain()"
        )
        for role in ["pgsync_auditor", "pgsync_operator", "pgsync_worker"] {
            try await database.run(
                """
                set role \(role); select pgsync.verify_chain() as v, count(*) from pgsync.chain_rows;
                select pgsync.verify_links(1, 9), (select count(*) from pgsync.verify_part('entry', 0)), (select state from pgsync.chain_state);
                """
            )
        }
        for (role, statement) in [
            ("pgsync_auditor", "select pgsync.extend_chain()"),
            ("pgsync_reader", "select pgsync.verify_chain()"),
            ("pgsync_auditor", "select pgsync.add_anchor('file', 'x', 1, '\\x')"),
            ("pgsync_worker", "select pgsync.add_block('entry', 0, '{1}', '{x}')"),
            ("pgsync_worker", "select pgsync.extend_survey('entry', 0)"),
            ("pgsync_worker", "select pgsync.extend_stream('entry', 1)"),
            ("pgsync_operator", "delete from pgsync.audit_chain"),
            ("pgsync_worker", "update pgsync.audit_chain set seq = 2"),
            ("pgsync_worker", "truncate pgsync.audit_chain"),
            ("pgsync_worker", "update pgsync.chain_kinds set boundary = null"),
            ("pgsync_operator", "delete from pgsync.chain_anchors"),
            ("pgsync_operator", "update pgsync.chain_verifications set state = 'verified'"),
        ] {
            #expect(
                try await database.refusal(of: "set role \(role); \(statement)").sqlState?.code == "42501",
                "\(role): \(statement)"
            )
        }
        // A verification is its beginner's.
        let stranger = try await database.refusal(
            of:
                "create role stranger_\(database.name); grant pgsync_auditor to stranger_\(database.name); set session authorization stranger_\(database.name); select pgsync.verify_chain_step(1)"
        )
        #expect(stranger.sqlState?.code == "42501")
    }
}
