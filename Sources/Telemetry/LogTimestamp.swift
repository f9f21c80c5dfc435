import Days
import Glibc

/// A moment of the wall clock, exact to the microsecond.
public struct LogTimestamp: Sendable, Hashable {
    /// Microseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
    public let microsecondsSinceEpoch: Int64

    /// Names the moment that many microseconds after the epoch.
    public init(microsecondsSinceEpoch: Int64) {
        self.microsecondsSinceEpoch = microsecondsSinceEpoch
    }

    /// Reads the system's wall clock.
    public static func now() -> LogTimestamp {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return LogTimestamp(
            microsecondsSinceEpoch: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
        )
    }

    /// Returns the time that passed from an earlier moment to this one; negative if the clock was set back.
    public func elapsed(since earlier: LogTimestamp) -> Duration {
        .microseconds(microsecondsSinceEpoch - earlier.microsecondsSinceEpoch)
    }
}

extension LogTimestamp {
    /// The moment in UTC as RFC 3339 with microseconds, such as `2025-03-01T12:30:00.000250Z`.
    public var rfc3339: String {
        let (seconds, microseconds) = microsecondsSinceEpoch.flooredDivision(by: 1_000_000)
        let (days, secondOfDay) = seconds.flooredDivision(by: 86_400)
        var text = "\(Day(daysSinceEpoch: Int(days)))T"
        text.append(clockTimeOf: secondOfDay)
        text += "."
        text.append(padded: microseconds, width: 6)
        text += "Z"
        return text
    }

    /// Returns the time of day as `HH:MM:SS` in a zone that many seconds east of UTC.
    func clockTime(secondsEast: Int) -> String {
        let (seconds, _) = microsecondsSinceEpoch.flooredDivision(by: 1_000_000)
        let (_, secondOfDay) = (seconds + Int64(secondsEast)).flooredDivision(by: 86_400)
        var text = ""
        text.append(clockTimeOf: secondOfDay)
        return text
    }

    /// How many seconds the system's own time zone is east of UTC at this moment.
    var localSecondsEast: Int {
        var seconds = time_t(microsecondsSinceEpoch.flooredDivision(by: 1_000_000).quotient)
        var parts = unsafe tm()
        unsafe localtime_r(&seconds, &parts)
        return unsafe parts.tm_gmtoff
    }
}

extension String {
    fileprivate mutating func append(padded number: Int64, width: Int) {
        let digits = String(number)
        append(String(repeating: "0", count: max(0, width - digits.count)))
        append(digits)
    }

    fileprivate mutating func append(clockTimeOf secondOfDay: Int64) {
        append(padded: secondOfDay / 3_600, width: 2)
        append(":")
        append(padded: secondOfDay / 60 % 60, width: 2)
        append(":")
        append(padded: secondOfDay % 60, width: 2)
    }
}
