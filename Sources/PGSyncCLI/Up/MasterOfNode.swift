import Arguments
import Concurrency
import Files
import JSON
import PGSyncServe
import PGSyncStore
import Postgres

/// The token that a master has given a node, so that it appears on no command line.
enum MasterToken {
    static let variable = "MASTER_TOKEN"
    private static let longest = 4_096

    /// What is in the file or, without one, in the variable.
    static func read(from path: String?, in context: CommandContext) throws -> String {
        guard let path else {
            guard let token = context.environment[variable], !token.isEmpty else {
                throw UsageProblem.conflict(
                    "--node-of needs the token of this node in \(variable), or in a file that --token-file names; "
                        + "on the master, pgsync node add NAME prints one"
                )
            }
            return try checked(token) { UsageProblem.conflict("\(variable) holds no token: \($0)") }
        }
        let text: String
        do throws(FileError) {
            text = try SecretFile(path: path).text(upTo: longest) { context.say($0) }
        } catch {
            throw CommandError.unreadableFile(path: path, reason: "\(error)")
        }
        let token = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        return try checked(token) { CommandError.unreadableFile(path: path, reason: $0) }
    }

    /// Nothing else is sent to a master, such as the contents of the wrong file.
    private static func checked(_ token: String, _ problem: (String) -> any Error) throws -> String {
        let isToken = token.hasPrefix(Secret.mark) && token.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }
        guard isToken else {
            throw problem(
                "a token begins with \(Secret.mark); on the master, pgsync node add NAME prints one"
            )
        }
        return token
    }
}

/// The master that a private server is a node of.
struct MasterOfNode: Sendable {
    let url: MasterURL
    let token: String
    /// The file with the token, if it came from one.
    let tokenFile: String?
    let settings: SyncSettings
    /// Whether the clinic's tables are exchanged.
    let hasClinic: Bool

    /// When records are exchanged, in words.
    var pace: String {
        guard settings.isEnabled else { return "not while SYNC_ENABLED is false" }
        return settings.hasInterval ? "every \(settings.interval) minutes" : "as soon as they change"
    }

    /// Exchanges records with it from now on: as soon as they change, unless an interval is set.
    func join(in session: Session) throws {
        let store = NodeStore(session)
        let name = SyncSettings.defaultName
        let isKnown = try store.masters().contains { $0.name == name }
        try store.join(name, urls: [url.argument], secret: SyncSettings.defaultSecret, tables: nil)
        if !isKnown || settings.hasInterval { try store.schedule(name, minutes: settings.interval) }
        try store.setLive(name, !settings.hasInterval)
        // What stopped the calls may have been another token, or another master.
        _ = try EndpointStore(session).resume(name)
    }
}

/// Says when the exchange with a master begins to work, and when it ceases to.
final class ExchangeNews: Sendable {
    private let told = Locked<JSONValue?>(nil)
    private let url: String
    /// Told the status document, and the same in words.
    private let tell: @Sendable (JSONValue, String) -> Void

    init(_ url: MasterURL, tell: @escaping @Sendable (JSONValue, String) -> Void) {
        self.url = url.argument
        self.tell = tell
    }

    /// Takes the status document of an exchange that has begun or ended.
    func take(_ document: String) {
        guard let status = try? JSONValue(parsing: document), let name = status["status"]?.string,
            name != "syncing", name != "catching_up"
        else { return }
        let problem = status["last_error"]?.string
        let state: JSONValue = [.string(name), problem.map { .string($0) } ?? .null]
        let isNews = told.withLock { told in
            defer { told = state }
            return told != state
        }
        guard isNews else { return }
        let works = "the records are exchanged with \(url)"
        if name == "failed" {
            tell(status, "the exchange with \(url) has failed, and is tried again: \(problem ?? "")")
        } else {
            tell(status, problem.map { "\(works), but not all: \($0)" } ?? works)
        }
    }
}
