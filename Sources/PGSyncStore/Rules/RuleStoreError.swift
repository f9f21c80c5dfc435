package import PGSyncRules
package import Postgres

/// Why rules could not be read or changed.
package enum RuleStoreError: Error, Sendable {
    case unknownRule(String, known: [String])
    case unknownVersion(String, version: Int, known: [Int])
    /// Only who may act as the owner of the schema changes rules.
    case notOwner(user: String, owner: String)
    /// Rules are tried in temporary functions, which this user may not create or which may not call ours.
    case mayNotTry(PostgresError)
    /// Rows are read as capture sees them, by the reader of an attached table.
    case rowsNotReadable(table: String)
    case alreadyRetired(String, from: CalendarDate)
    /// The compiled function of a version was dropped.
    case functionMissing(String)
}

extension RuleStoreError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unknownRule(let name, let known):
            known.isEmpty
                ? "there is no rule \(name), and none at all yet; pgsync rules apply FILE applies some"
                : "there is no rule \(name); the rules are \(known.joined(separator: ", "))"
        case .unknownVersion(let name, let version, let known):
            "there is no version \(version) of \(name), only \(known.map(String.init).joined(separator: ", "))"
        case .notOwner(let user, let owner):
            """
            \(user) may not act as \(owner), the owner of the schema pgsync, who alone may change rules
              hint: Connect as \(owner), or have an administrator run: \
            grant \(Identifier(owner).quoted) to \(Identifier(user).quoted);
            """
        case .mayNotTry(let error):
            """
            rules are tried in temporary functions, and that is refused: \(error.message)
              hint: An administrator runs: grant temporary on database … to this user; and: grant pgsync_reader to it;
            """
        case .rowsNotReadable(let table):
            """
            \(table) is not attached, so that there is nobody to read its rows but whoever runs this, and what its owner \
            has put there would run as him
              hint: pgsync attach \(table), or leave --rows out
            """
        case .functionMissing(let label):
            "the compiled function of \(label) is missing; pgsync doctor says how to get it back"
        case .alreadyRetired(let name, let day):
            "\(name) is retired from \(day) already; only a new version can take it up again"
        }
    }
}
