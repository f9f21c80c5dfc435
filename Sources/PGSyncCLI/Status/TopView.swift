import Arguments
import JSON
import PGSyncStore
import Postgres
import VisibleText

/// What `pgsync top` shows: the status, and how fast things went since the one before.
struct TopView {
    let status: SystemStatus
    /// What was read before; nil at first.
    let previous: SystemStatus?

    /// Per second since the reading before; nil when there is none.
    func rate(_ total: (RunningTotals) -> Int) -> Double? {
        guard let previous else { return nil }
        let seconds = status.takenAt.duration(since: previous.takenAt) / .seconds(1)
        // A crash of the server sets its statistics back.
        return seconds > 0 ? max(Double(total(status.totals) - total(previous.totals)), 0) / seconds : nil
    }

    private static let rates: [(String, String, @Sendable (RunningTotals) -> Int)] = [
        ("captured", "captured_per_second", { $0.captured }),
        ("attempts", "attempts_per_second", { $0.attempts }),
        ("entries", "entries_per_second", { $0.entries }), ("lines", "lines_per_second", { $0.lines }),
    ]

    func text(width: Int?) -> String {
        let rates = Self.rates.map { label, _, total in "\(label) \(rate(total)?.short ?? "–")/s" }
        return StatusText(status: status, rates: rates.joined(separator: ", ")).text(width: width)
    }

    /// As much of it as fits a screen, how much does not, and which key ends it.
    func screen(columns: Int, rows: Int, isLost: Bool = false) -> String {
        let lines = text(width: columns).split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        let body = lines.prefix(max(rows - 1, 1)).map { String(String($0).visible.prefix(columns)) }
        let hidden = lines.count - body.count
        let hints = [
            isLost ? "CONNECTION LOST; reconnecting" : nil,
            hidden > 0 ? "\(hidden) more \(hidden == 1 ? "line" : "lines"): pgsync status" : nil, "q: quit",
        ]
        let hint = rows > 1 ? [String(hints.compactMap { $0 }.joined(separator: "; ").prefix(columns))] : []
        let filling = Array(repeating: "", count: max(rows - 1 - body.count, 0))
        return (body + filling + hint).joined(separator: "\u{1B}[K\r\n")
    }

    var json: JSONValue {
        var object = status.json.object ?? JSONObject()
        for (_, key, total) in Self.rates { object[key] = rate(total).map { JSONValue($0) } ?? .null }
        return .object(object)
    }
}
