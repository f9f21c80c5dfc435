/// How the ledger compares with what the interpreter makes of the rows as they are.
struct FinalRowsReport: Sendable {
    var rows = 0
    /// Rows that post an entry.
    var posting = 0
    /// Rows that cannot be posted, by class.
    var failing: [String: Int] = [:]
    /// Of those, how many still show what an earlier version posted.
    var kept = 0
    /// Failed attempts that were replayed.
    var failedAttempts = 0
    /// Debits less credits by account and currency, as the interpreter has them.
    var sums: [String: Int64] = [:]
    private(set) var faultCount = 0
    /// The first of them.
    private(set) var faults: [String] = []

    mutating func add(fault: String) {
        faultCount += 1
        if faults.count < 10 { faults.append(fault) }
    }

    mutating func add(_ other: FinalRowsReport) {
        rows += other.rows
        posting += other.posting
        failing.merge(other.failing, uniquingKeysWith: +)
        kept += other.kept
        failedAttempts += other.failedAttempts
        sums.merge(other.sums, uniquingKeysWith: +)
        faultCount += other.faultCount
        faults += other.faults.prefix(10 - faults.count)
    }
}
