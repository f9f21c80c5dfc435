import Postgres

/// Why the demonstration cannot begin.
package enum DemoError: Error, Sendable {
    /// Objects of these names exist, and the clinic did not create them.
    case namesTaken([String])
    case mayNotCreate(user: String, kind: String, name: String)
    /// The binary lacks a part of the clinic.
    case incomplete(file: String)
}

extension DemoError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .namesTaken(let names):
            """
            the demo did not create \(names.joined(separator: ", ")), and changes only what it created
              hint: Run it in a database of its own: createdb demo; pgsync migrate; pgsync demo. \
            Or on a private server: pgsync up --demo
            """
        case .mayNotCreate(let user, let kind, let name):
            """
            \(user) cannot create the tables of the clinic in the \(kind) \(name)
              hint: Have an administrator run: grant create on \(kind) \(Identifier(name).quoted) to \
            \(Identifier(user).quoted);
            """
        case .incomplete(let file):
            "this pgsync was built without \(file); rebuild it"
        }
    }
}
