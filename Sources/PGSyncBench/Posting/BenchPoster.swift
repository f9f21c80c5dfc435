import Postgres

/// Who posts what waits: pgsync, the hand-written limit, or a consumer of PgQ.
enum BenchPoster: String, Sendable {
    case pgsync
    case limit
    case pgq = "PgQ"

    /// What the bills are written to for it.
    var table: String { self == .pgq ? "bench.bills_pgq" : "bench.bills" }

    /// Posts one batch and returns how many changes it had; nil when there was none.
    func step(_ session: Session, batch: Int, mark: inout Int64) throws -> Int? {
        let count: Int?
        switch self {
        case .pgsync:
            let row = try session.query(
                .prepared(
                    "select claimed, next_mark from pgsync.process_batch('bench', \(batch)::integer, \(mark))"
                )
            ).onlyRow()
            mark = try row.decode(1)
            count = try row.decode(0)
        case .limit:
            count = try session.query(.prepared("select bench.limit_batch(\(batch)::integer)")).onlyRow()
                .decode(0)
        case .pgq:
            count = try session.query(.prepared("select bench.pgq_batch()")).onlyRow().decode(0)
        }
        return count == 0 ? nil : count
    }

    /// Posts until nothing is left; returns how many changes and transactions that were.
    func drain(_ session: Session, batch: Int) throws -> (changes: Int, batches: Int) {
        var (changes, batches, mark) = (0, 0, Int64(0))
        while let count = try step(session, batch: batch, mark: &mark) {
            changes += count
            batches += 1
        }
        return (changes, batches)
    }
}
