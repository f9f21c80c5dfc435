import Arguments
import PGSyncStore

/// What the environment says of exchanging records with a master, by the names that users gave it.
struct SyncSettings: Sendable {
    /// Where the master is, the place that is tried first at the front; none if nothing is set.
    var urls: [String]
    let isEnabled: Bool
    /// Minutes between two exchanges.
    let interval: Int
    /// Whether the interval is set.
    let hasInterval: Bool

    init(_ environment: Environment) throws {
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        urls = try value("MASTER_URL").map { try Self.urls($0, of: "MASTER_URL") } ?? []
        switch value("SYNC_ENABLED")?.lowercased() {
        case nil, "true", "1", "yes", "on": isEnabled = true
        case "false", "0", "no", "off": isEnabled = false
        case let other?: throw UsageProblem.conflict("SYNC_ENABLED is true or false, not \(other)")
        }
        let text = value("SYNC_INTERVAL")
        hasInterval = text != nil
        interval = text.flatMap { Int($0) } ?? (text == nil ? 5 : 0)
        try Self.check(interval, of: "SYNC_INTERVAL")
    }

    private static let intervals: Set = [
        1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60, 120, 180, 240, 360, 480, 720, 1_440,
    ]

    /// A schedule has the same time between all exchanges.
    static func check(_ minutes: Int, of name: String) throws {
        guard intervals.contains(minutes) else {
            throw UsageProblem.conflict(
                "\(name) is a number of minutes that divides an hour, or of whole hours that divide a day, such as 5, 15 or 120"
            )
        }
    }

    /// URLs with commas between them.
    static func urls(_ text: String, of name: String) throws -> [String] {
        let urls = text.split(separator: ",").map { $0.filter { $0 != " " }.withoutSlashAtEnd }
        guard !urls.isEmpty, urls.allSatisfy({ MasterURL(argument: $0) != nil }) else {
            throw UsageProblem.conflict(
                "\(name) is \(MasterURL.expectation), or several with commas between them"
            )
        }
        return urls
    }

    /// What the endpoint of the only master is called.
    static let defaultName = "master"
    /// Where its token is.
    static let defaultSecret = "env:MASTER_TOKEN"
}

extension NodeStore {
    /// Makes the master of the environment known, if there is one.
    func follow(_ settings: SyncSettings) throws {
        guard !settings.urls.isEmpty, settings.isEnabled else { return }
        let known = try masters().first { $0.name == SyncSettings.defaultName }
        if known.map({ [$0.baseURL] + $0.otherURLs }) != settings.urls {
            try join(
                SyncSettings.defaultName,
                urls: settings.urls,
                secret: known == nil ? SyncSettings.defaultSecret : nil,
                tables: nil
            )
        }
        if known == nil || settings.hasInterval {
            try schedule(SyncSettings.defaultName, minutes: settings.interval)
        }
    }
}

extension String {
    fileprivate var withoutSlashAtEnd: String {
        var text = self
        while text.hasSuffix("/") { text.removeLast() }
        return text
    }
}
