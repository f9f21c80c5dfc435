import Postgres
import TestSupport

/// Runs a script while another session holds a transaction open, which it ends once the script is seen to wait for it.
///
/// Returns the condition that the waiting script ends in; nil when it succeeds.
func condition(of waiting: String, blockedBy holding: String, thenEnded end: String = "commit") async throws
    -> String?
{
    let database = TestDatabase.current
    return try await database.connect { holder in
        let pid = try await holder.withSession { session in
            _ = try session.runScript("begin; \(holding)")
            return try session.query("select pg_backend_pid()").map { try $0.decode(0, as: Int.self) }[0]
        }
        async let outcome = condition(of: waiting, as: .owner)
        try await eventually {
            let waiters = "select pid from pg_stat_activity where \(pid) = any(pg_blocking_pids(pid))"
            return try await database.run(waiters).count == 1
        }
        try await holder.withSession { _ = try $0.runScript(end).count }
        return try await outcome
    }
}
