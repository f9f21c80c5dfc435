internal import VisibleText

/// The text of a progress report: how far, how fast, how long yet.
public struct ProgressBar: Sendable {
    private let label: String
    private let total: Int?
    private let start: Int

    /// Creates a bar; without a total it counts but shows no fraction.
    ///
    /// What was done before the time began to run, `start`, counts in the fraction and not in the rate.
    public init(_ label: String, total: Int? = nil, start: Int = 0) {
        self.label = label.visible
        self.total = total
        self.start = start
    }

    /// The report for work done so far, in one line of at most `width` columns.
    public func line(completed: Int, elapsed: Duration, width: Int) -> String {
        let seconds = elapsed / .seconds(1)
        let rate = seconds > 0 ? Double(completed - start) / seconds : 0
        let speed = Self.grouped(Int(exactly: rate.rounded()) ?? .max) + "/s"
        guard let total else {
            return "\(label)  \(Self.grouped(completed))  \(speed)  \(Self.time(seconds))".truncated(
                to: width
            )
        }
        let fraction = total > 0 ? min(max(Double(completed) / Double(total), 0), 1) : 1
        let percent = "\(Int(fraction * 100))%".padded(to: 4, .right)
        let remaining = rate > 0 ? "\(Self.time(Double(max(total - completed, 0)) / rate)) left" : "starting"
        let count = "\(Self.grouped(completed)) of \(Self.grouped(total))"
        let time = fraction < 1 ? remaining : Self.time(seconds)
        let report = "\(percent)  \(count)  \(speed)  \(time)"
        let room = min(width - label.displayWidth - report.displayWidth - 6, 30)
        guard room >= 10 else { return "\(label)  \(report)".truncated(to: width) }
        let filled = Int(fraction * Double(room))
        let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: room - filled)
        return "\(label)  [\(bar)]  \(report)"
    }

    private static func grouped(_ number: Int) -> String {
        let digits = Array(String(number))
        let parts = stride(from: digits.count, to: 0, by: -3).map { String(digits[max(0, $0 - 3)..<$0]) }
        return parts.reversed().joined(separator: ",")
    }

    private static func time(_ seconds: Double) -> String {
        guard seconds < 100 * 86_400 else { return "more than 99d" }
        let whole = Int(seconds.rounded())
        return switch whole {
        case ..<60: "\(whole)s"
        case ..<3_600: "\(whole / 60)m \(whole % 60)s"
        case ..<86_400: "\(whole / 3_600)h \(whole / 60 % 60)m"
        default: "\(whole / 86_400)d \(whole / 3_600 % 24)h"
        }
    }
}
