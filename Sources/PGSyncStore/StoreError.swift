package import Days
import Postgres

/// Why a call into the schema pgsync was refused.
package enum StoreError: Error, Sendable, Equatable {
    /// What can be called by a name.
    package enum Subject: String, Sendable {
        case table
        case setting
        case rule
        case schedule
        case channel
        case endpoint
        case `import`
        case comparison
        case node
        case master
    }

    // What was asked for is not there.

    /// Nothing has this name; `known` are those that can be named.
    case unknown(Subject, String, known: [String])
    case unknownVersion(String, version: Int, known: [Int])
    case unreadableName(String, reason: String)
    case noSuchChange(Int64)
    /// It was in a range that was dropped, if it was ever captured.
    case droppedChange(Int64, range: String)
    case noSuchJob(Int64)
    case noSuchDifference(Int64)
    case noSuchAlert(Int64)
    case noSuchSilence(Int64)
    case noSuchToken(Int64)
    case noSuchConflict(Int64)
    case noMaster
    /// One of them has to be named.
    case severalMasters([String])
    case notAttached(table: String)
    case noBackfill(table: String)
    /// The compiled function of a version was dropped.
    case functionMissing(String)

    // It may not be done.

    /// The user lacks what a role grants.
    case notPermitted(String, role: String, user: String)
    /// Only who may act as the owner of the schema changes rules.
    case notOwner(user: String, owner: String)
    /// Rules are tried in temporary functions, which this user may not create or which may not call ours.
    case mayNotTry(reason: String)
    /// Rows are read as capture sees them, by the reader of an attached table.
    case rowsNotReadable(table: String)

    // It cannot be done so, or not now.

    /// The server says why, and usually what to do.
    case refused(String)
    case invalidValue(reason: String)
    /// The key does not fit the table; the server says how it would.
    case wrongKey(String, hint: String?)
    case alreadyRetired(String, from: Day)
    case backfillIsRunning(table: String)
    case jobHasEnded(Int64, state: String)
    /// A job of this schedule has not ended yet.
    case scheduleIsActive(String, reason: String)
    /// A pooler lends each transaction another session, which only polling can do with; says what showed it.
    case needsPolling(String)
    /// The server would write a private key into its log; says by which settings.
    case keyWouldLeak(String)
    /// Tables are encrypted for a key that was not given, whether or not others were.
    case needsPrivateKey(String, tables: [String], hasOthers: Bool)
    /// Changes cannot be read without the private key.
    case encrypted(changes: Int)

    static func keyWouldLeak(_ error: PostgresError) -> StoreError { .keyWouldLeak(sentences(of: error)) }

    /// All that the server said of a refusal.
    static func refused(_ error: PostgresError) -> StoreError { .refused(sentences(of: error)) }

    private static func sentences(of error: PostgresError) -> String {
        let more = [("detail", error.detail), ("hint", error.hint)]
        return ([error.message] + more.compactMap { label, text in text.map { "  \(label): \($0)" } })
            .joined(separator: "\n")
    }
}

extension StoreError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unknown(.table, let name, _):
            "unknown table \(name); names are looked up in the search_path, as in psql"
        case .unknown(.setting, let key, let known):
            "unknown setting \(key); the settings are \(known.joined(separator: ", "))"
        case .unknown(.rule, let name, let known):
            known.isEmpty
                ? "unknown rule \(name): no rules have been applied yet; apply some with pgsync rules apply FILE"
                : "unknown rule \(name); the rules are \(known.joined(separator: ", "))"
        case .unknown(.schedule, let name, let known):
            "unknown schedule \(name); the schedules are \(known.joined(separator: ", "))"
        case .unknown(.channel, let name, let known):
            known.isEmpty
                ? "unknown channel \(name): there are none yet; see pgsync channels set --help"
                : "unknown channel \(name); the channels are \(known.joined(separator: ", "))"
        case .unknown(.endpoint, let name, let known), .unknown(.import, let name, let known):
            known.isEmpty
                ? "unknown import \(name): there are none yet; apply one with pgsync import apply FILE"
                : "unknown import \(name); there are \(known.joined(separator: ", "))"
        case .unknown(.comparison, let name, let known):
            known.isEmpty
                ? "unknown comparison \(name): there are none yet; apply one with pgsync compare apply FILE"
                : "unknown comparison \(name); there are \(known.joined(separator: ", "))"
        case .unknown(.node, let name, let known):
            known.isEmpty
                ? "unknown node \(name): there are none yet; add one with pgsync node add \(name)"
                : "unknown node \(name); the nodes are \(known.joined(separator: ", "))"
        case .unknown(.master, let name, let known):
            known.isEmpty
                ? "unknown master \(name): there is none yet; pgsync sync join URL names one"
                : "unknown master \(name); the masters are \(known.joined(separator: ", "))"
        case .noSuchConflict(let id): "unknown conflict \(id); see pgsync conflicts list --all"
        case .noMaster: "there is no master yet; pgsync sync join URL names one"
        case .severalMasters(let names):
            "there are several masters; name one with --master: \(names.joined(separator: ", "))"
        case .unknownVersion(let name, let version, let known):
            "\(name) has no version \(version), only \(known.map(String.init).joined(separator: ", "))"
        case .unreadableName(let name, let reason):
            "\(name) is not a valid table name: \(reason)"
        case .droppedChange(let id, let range):
            "change \(id) was dropped with range \(range); pgsync trace TABLE KEY shows what became of its record"
        case .noSuchChange(let id):
            "unknown change \(id); see pgsync queue list, or pgsync trace for a record"
        case .noSuchJob(let id):
            "unknown job \(id); see pgsync jobs list"
        case .noSuchDifference(let id):
            "unknown difference \(id); see pgsync differences list --all"
        case .noSuchAlert(let id):
            "alert \(id) has not been raised, or is resolved; see pgsync alerts list"
        case .noSuchSilence(let id):
            "unknown silence \(id), or it has ended; see pgsync alerts list"
        case .noSuchToken(let id):
            "unknown token \(id); see pgsync token list --all"
        case .jobHasEnded(let id, let state):
            "job \(id) has ended already: it is \(state)"
        case .notAttached(let table):
            """
            \(table) is not attached; pgsync sources lists what is, and pgsync attach \(table) captures its changes
            """
        case .noBackfill(let table):
            "no backfill of \(table) is under way; start one with pgsync backfill \(table)"
        case .functionMissing(let label):
            "the compiled function of \(label) is missing; pgsync doctor says how to restore it"
        case .notPermitted(let message, let role, let user):
            """
            \(message)
              hint: Have an administrator run: grant \(role) to \(Identifier(user).quoted);
            """
        case .notOwner(let user, let owner):
            """
            \(user) cannot act as \(owner), the owner of the schema pgsync, who alone can change rules
              hint: Connect as \(owner), or have an administrator run: \
            grant \(Identifier(owner).quoted) to \(Identifier(user).quoted);
            """
        case .mayNotTry(let reason):
            """
            cannot create the temporary functions in which rules are tried: \(reason)
              hint: Have an administrator run: grant temporary on database … to this user; \
            and: grant pgsync_reader to it;
            """
        case .rowsNotReadable(let table):
            """
            \(table) is not attached, so that there is nobody to read its rows but whoever runs this, and what its owner \
            has put there would run as him
              hint: pgsync attach \(table), or leave --rows out
            """
        case .refused(let reason), .invalidValue(let reason), .scheduleIsActive(_, let reason),
            .keyWouldLeak(let reason):
            reason
        case .wrongKey(let message, let hint):
            ([message] + [hint].compactMap { $0.map { "  hint: \($0)" } }).joined(separator: "\n")
        case .alreadyRetired(let name, let day):
            "\(name) is already retired from \(day); only a new version can reactivate it"
        case .backfillIsRunning(let table):
            "another session is already running the backfill of \(table)"
        case .needsPrivateKey(let key, let tables, let hasOthers):
            """
            images of \(tables.joined(separator: ", ")) are encrypted for the image key \(key), and \
            \(hasOthers ? "none of the private keys given opens it" : "no private key was given")
              hint: --image-key-file PATH, or PGSYNC_IMAGE_KEY_FILE, names a file with the key, without a passphrase.
            """
        case .encrypted(let changes):
            """
            encrypted changes that no private key was given for: \(changes)
              hint: --image-key-file PATH names a file with the key; --rows uses the rows of the tables instead.
            """
        case .needsPolling(let reason):
            """
            the connection goes through a pooler in transaction mode: \(reason)
              hint: Use pgsync worker --poll, or connect to the server itself.
            """
        }
    }
}

extension PostgresError {
    /// Whether the same may succeed a little later: the class `transient` of `pgsync.error_class_of`.
    package var isPassing: Bool {
        guard kind == .server, let sqlState else { return false }
        return isRetryable || [.lockNotAvailable, .queryCanceled, .readOnlyTransaction].contains(sqlState)
            || ["53", "58"].contains(sqlState.conditionClass)
    }

    /// Whether the request is at fault, rather than the server, the moment or the rights.
    var isRefusal: Bool {
        guard kind == .server, let sqlState else { return false }
        return sqlState != .lockNotAvailable && sqlState != .insufficientPrivilege && !isRetryable
            && ["0A", "22", "23", "42", "55"].contains(sqlState.conditionClass)
    }
}

extension StoreError {
    /// Only operators may do it.
    static func notOperator(_ user: String) -> StoreError {
        .notPermitted("\(user) is not allowed to do this", role: "pgsync_operator", user: user)
    }
}
