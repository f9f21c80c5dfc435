import JSON
import Postgres
import TestSupport
import Testing

@testable import PGSyncServe

@Suite("Conflicts that are resolved over HTTP", .servedDatabase, .timeLimit(.minutes(5)))
struct ConflictTests {
    /// Serves with a login that has no more rights than `pgsync serve` needs, and a table that nodes may write.
    private func with(_ body: (Served) async throws -> Void) async throws {
        let database = TestDatabase.current
        let login = "resolving_\(database.name)"
        try await database.run("select pgsync.set_synced('bills', true)")
        try await database.run(
            """
            create role \(login) login in role pgsync_dashboard;
            grant usage on schema public to pgsync_node;
            grant select, insert, update, delete on bills to pgsync_node;
            """,
            as: database.superuser
        )
        let result: Result<Void, any Error>
        do {
            try await Served.with(to: database.superuser.with("user", login)) { try await body($0) }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        try await database.run("drop role \(login)", as: database.superuser)
        try result.get()
    }

    private func note(_ served: Served) async throws -> String? {
        try await served.database.run("select note from bills where id = 1").first ?? nil
    }

    @Test("takes the row of the node with the rights of pgsync_node, and with none of its own")
    func remote() async throws {
        try await with { served in
            let token = try await served.token(.operate)
            let reply = try await served.api(
                "POST",
                "/conflicts/1/resolve",
                token,
                body: ["take": "remote", "reason": "the ward has counted"]
            )
            #expect(reply.status == 200, "\(reply.answer.body)")
            #expect(reply.json["resolution"]?.string ?? reply.data?["resolution"]?.string == "apply_remote")
            #expect(try await note(served) == "there")
            #expect(
                try await served.database.run(
                    "select state || ' ' || resolution || ' ' || (decided_by like '%asha%') from pgsync.conflicts"
                ) == ["settled apply_remote true"]
            )
            #expect(
                try await served.database.run(
                    """
                    select concat_ws(' ', has_table_privilege('pgsync_api_operate', 'bills', 'select'),
                        has_table_privilege('pgsync_api_operate', 'bills', 'update'),
                        has_function_privilege(
                            'pgsync_api_operate', 'pgsync.write_records(regclass, text[], text[], jsonb)', 'execute'
                        ))
                    """
                ) == ["f f f"]
            )
        }
    }

    @Test("is refused to a token without the scope, and where pgsync_node may not write the table")
    func refused() async throws {
        try await with { served in
            for scope in [Scope.read, .images, .admin, .audit] {
                let token = try await served.token(scope)
                let reply = try await served.api(
                    "POST",
                    "/conflicts/1/resolve",
                    token,
                    body: ["take": "remote"]
                )
                #expect(reply.code == "forbidden", "\(scope): \(reply.answer.body)")
            }
            try await served.database.run(
                "revoke update on bills from pgsync_node",
                as: served.database.superuser
            )
            let token = try await served.token(.operate)
            let reply = try await served.api(
                "POST",
                "/conflicts/1/resolve",
                token,
                body: ["take": "remote"]
            )
            #expect(reply.code == "forbidden", "\(reply.answer.body)")
            #expect(try await note(served) == "bill")
            #expect(try await served.database.run("select state from pgsync.conflicts") == ["open"])
        }
    }

    @Test("gives nobody else the rights of pgsync_node")
    func others() async throws {
        let database = TestDatabase.current
        let operate = "operating_\(database.name)"
        try await database.run("select pgsync.set_synced('bills', true)")
        try await database.run(
            """
            create role \(operate) login in role pgsync_api_operate;
            grant select, insert, update, delete on bills to pgsync_node;
            """,
            as: database.superuser
        )
        let refusal = try await database.refusal(
            of: "set role pgsync_api_operate; select pgsync.resolve_conflict(1, 'remote')",
            as: database.superuser.with("user", operate)
        )
        try await database.run("drop role \(operate)", as: database.superuser)
        #expect(refusal.sqlState == .insufficientPrivilege, "\(refusal)")
        #expect(try await database.run("select note from bills where id = 1") == ["bill"])
    }
}
